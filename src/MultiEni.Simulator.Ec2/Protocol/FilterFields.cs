namespace MultiEni.Simulator.Ec2.Protocol;

/// <summary>
/// The filters one describe call knows; any other name is refused
/// (docs/reference/ec2.md#describe-calls).
/// </summary>
internal sealed class FilterFields<T>(
    IReadOnlyDictionary<string, Func<T, IEnumerable<string>>> fields,
    Func<T, IReadOnlyDictionary<string, string>>? tags
)
{
    public void Check(IEnumerable<QueryFilter> filters)
    {
        foreach (var filter in filters)
        {
            var known =
                fields.ContainsKey(filter.Name)
                || (tags is not null && (filter.Name == "tag-key" || filter.Name.StartsWith("tag:", StringComparison.Ordinal)));
            if (!known)
            {
                throw new Ec2Error("InvalidParameterValue", $"The filter '{filter.Name}' is invalid");
            }
        }
    }

    public bool Matches(T row, IEnumerable<QueryFilter> filters)
    {
        foreach (var filter in filters)
        {
            if (!filter.Matches(Texts(row, filter.Name)))
            {
                return false;
            }
        }

        return true;
    }

    private IEnumerable<string> Texts(T row, string name)
    {
        if (fields.TryGetValue(name, out var field))
        {
            return field(row);
        }

        var rowTags = tags!(row);
        return name == "tag-key" ? rowTags.Keys
            : rowTags.TryGetValue(name[4..], out var value) ? [value]
            : [];
    }
}
