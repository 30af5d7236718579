namespace MultiEni.Simulator.Ec2.Protocol;

/// <summary>
/// One filter of a describe call: its values are alternatives, several filters must all hold.
/// </summary>
internal sealed record QueryFilter(string Name, IReadOnlyList<WildcardPattern> Values)
{
    /// <summary>
    /// Values over this make the call fail (docs/reference/ec2.md#describe-calls).
    /// </summary>
    public const int MaximumValues = 200;

    public static List<QueryFilter> Parse(QueryParameters query)
    {
        var filters = new List<QueryFilter>();
        foreach (var prefix in query.Structures("Filter", "Name"))
        {
            var values = query.List($"{prefix}Value");
            if (values.Count > MaximumValues)
            {
                throw new Ec2Error("FilterLimitExceeded", $"The maximum number of filter values specified on a single call is {MaximumValues}.");
            }

            filters.Add(new QueryFilter(query.Required($"{prefix}Name"), [.. values.Select(value => new WildcardPattern(value))]));
        }

        return filters;
    }

    /// <summary>Whether every value is a plain text, so that an index can find the rows.</summary>
    public bool IsLiteral => Values.All(value => value.IsLiteral);

    public bool Matches(IEnumerable<string> texts) => texts.Any(Matches);

    public bool Matches(string text)
    {
        foreach (var value in Values)
        {
            if (value.Matches(text))
            {
                return true;
            }
        }

        return false;
    }
}
