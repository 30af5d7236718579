using MultiEni.Simulator.Ec2.Protocol;
using MultiEni.Simulator.Ec2.State;

namespace MultiEni.Simulator.Ec2.Actions;

/// <summary>
/// By identifiers, all or none; or by filters, where what is absent is merely missing; the latter
/// in pages of 5 to 1,000 (docs/reference/ec2.md#describe-calls).
/// </summary>
internal static class DescribeNetworkInterfaces
{
    public static void Execute(Ec2State state, QueryParameters query, XmlAnswer answer)
    {
        var ids = query.List("NetworkInterfaceId");
        var filters = QueryFilter.Parse(query);
        NetworkInterfaceFields.Filters.Check(filters);
        var page = Paging.Of(query, ids.Count > 0, maximum: 1000);
        if (page.Size is null && ids.Count == 0)
        {
            RefuseInLargeAccount(state, filters);
        }

        var rows = ids.Count > 0 ? ById(state, ids, filters) : Matching(state, filters, page);
        var next = page.Size is { } size && rows.Count > size ? page.TokenAfter(rows[size - 1].Place) : null;
        answer.Set("networkInterfaceSet", rows.Take(page.Size ?? int.MaxValue), (item, row) => NetworkInterfaceXml.Write(state, item, row.Row));
        answer.Text("nextToken", next);
    }

    private static List<(long Place, NetworkInterface Row)> ById(Ec2State state, List<string> ids, List<QueryFilter> filters)
    {
        var rows = new List<(long Place, NetworkInterface Row)>();
        foreach (var id in ids.Distinct(StringComparer.Ordinal))
        {
            ResourceIds.Check("eni-", id, "InvalidNetworkInterfaceId.Malformed");
            var entry = state.NetworkInterfaces.FindSeen(id);
            var row = entry is not null && state.IsVisible(entry) ? state.NetworkInterfaces.Seen(entry) : null;
            if (NetworkInterfaceFields.Filters.Matches(row ?? throw Ec2State.NoNetworkInterface(id), filters))
            {
                rows.Add((entry!.Sequence, row));
            }
        }

        return rows;
    }

    /// <summary>
    /// One row more than the page holds, which tells whether another page follows.
    /// </summary>
    private static List<(long Place, NetworkInterface Row)> Matching(Ec2State state, List<QueryFilter> filters, Paging page) =>
        [
            .. state
                .NetworkInterfaces.Query(filters, page.After)
                .Where(found => state.IsVisible(found.Entry))
                .Select(found => (found.Entry.Sequence, found.Row))
                .Take(page.Size + 1 ?? int.MaxValue),
        ];

    private static void RefuseInLargeAccount(Ec2State state, List<QueryFilter> filters)
    {
        if (
            state.NetworkInterfaces.Count >= state.Options.LargeAccountFrom
            && !filters.Exists(filter => NetworkInterfaceFields.Narrowing.Contains(filter.Name, StringComparer.Ordinal))
        )
        {
            throw new Ec2Error(
                "OperationNotPermitted",
                $"This account has many network interfaces: use MaxResults or one of the filters {string.Join(", ", NetworkInterfaceFields.Narrowing)}."
            );
        }
    }
}
