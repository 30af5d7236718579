namespace MultiEni.Simulator.Kubernetes.Selectors;

/// <summary>
/// One part of a label selector: <c>exists</c>, <c>!</c>, <c>in</c>, <c>notin</c>, <c>&gt;</c> or
/// <c>&lt;</c>; an equality is an <c>in</c> of one value.
/// </summary>
internal sealed record LabelRequirement(string Label, string Operator, IReadOnlyCollection<string> Values)
{
    /// <summary>The only value that matches, or null.</summary>
    public string? PinnedValue => Operator == "in" && Values.Count == 1 ? Values.First() : null;

    /// <summary>
    /// As the API server does, an absent label satisfies <c>!=</c> and <c>notin</c>.
    /// </summary>
    public bool Matches(IReadOnlyDictionary<string, string> labels)
    {
        var value = labels.GetValueOrDefault(Label);
        return Operator switch
        {
            "exists" => value is not null,
            "!" => value is null,
            "in" => value is not null && Values.Contains(value),
            "notin" => value is null || !Values.Contains(value),
            _ => long.TryParse(value, out var number)
                && (Operator == ">" ? number > long.Parse(Values.First()) : number < long.Parse(Values.First())),
        };
    }
}
