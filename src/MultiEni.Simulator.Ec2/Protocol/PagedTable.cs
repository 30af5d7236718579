namespace MultiEni.Simulator.Ec2.Protocol;

/// <summary>Pages over the small tables, where looking at every row is cheap.</summary>
internal static class PagedTable
{
    /// <summary>The rows of one page, and the token of the next when there is one.</summary>
    /// <param name="rows">
    /// Matching rows with their places, which stay the same between pages and ascend.
    /// </param>
    public static (List<T> Rows, string? NextToken) Cut<T>(IEnumerable<(long Place, T Row)> rows, Paging page)
    {
        var size = page.Size ?? int.MaxValue - 1;
        var kept = rows.Where(row => row.Place > page.After).Take(size + 1).ToList();
        var next = kept.Count > size ? page.TokenAfter(kept[size - 1].Place) : null;
        return ([.. kept.Take(size).Select(row => row.Row)], next);
    }

    /// <summary>For tables that only grow: the place is the position.</summary>
    public static (List<T> Rows, string? NextToken) Cut<T>(IEnumerable<T> ordered, Func<T, bool> matches, Paging page) =>
        Cut(ordered.Index().Select(row => (row.Index + 1L, row.Item)).Where(row => matches(row.Item)), page);
}
