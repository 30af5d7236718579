using MultiEni.Simulator.Kubernetes.Errors;

namespace MultiEni.Simulator.Kubernetes.Selectors;

/// <summary>One part of a label selector: <c>exists</c>, <c>!</c>, <c>in</c>, <c>notin</c>, <c>&gt;</c> or <c>&lt;</c>; an equality is an <c>in</c> of one value.</summary>
internal sealed record LabelRequirement(string Label, string Operator, IReadOnlyCollection<string> Values)
{
    /// <summary>The only value that matches, or null.</summary>
    public string? PinnedValue => Operator == "in" && Values.Count == 1 ? Values.First() : null;

    /// <summary>As the API server does, an absent label satisfies <c>!=</c> and <c>notin</c>.</summary>
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

/// <summary>A label selector in the syntax of kubectl: <c>a=b,c!=d,e in (f,g),h,!i</c>.</summary>
internal sealed class LabelSelector
{
    private readonly List<LabelRequirement> _requirements;

    private LabelSelector(List<LabelRequirement> requirements) => _requirements = requirements;

    public static LabelSelector Everything { get; } = new([]);

    public bool IsEverything => _requirements.Count == 0;

    /// <summary>A label that must have one value, by which watchers are indexed; null when no requirement is that simple.</summary>
    public (string Label, string Value)? Pin =>
        _requirements.Find(static requirement => requirement.PinnedValue is not null) is { PinnedValue: { } value } pinned
            ? (pinned.Label, value)
            : null;

    /// <summary>Reads the text of a query parameter; absent or empty selects everything.</summary>
    /// <exception cref="StatusException">400: the text is not a selector.</exception>
    public static LabelSelector Parse(string? text) =>
        string.IsNullOrWhiteSpace(text) ? Everything : new LabelSelector(LabelSelectorParser.Parse(text));

    public bool Matches(IReadOnlyDictionary<string, string> labels)
    {
        foreach (var requirement in _requirements)
        {
            if (!requirement.Matches(labels))
            {
                return false;
            }
        }

        return true;
    }
}
