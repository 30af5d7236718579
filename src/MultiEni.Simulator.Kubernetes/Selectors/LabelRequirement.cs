using System.Text.RegularExpressions;

namespace MultiEni.Simulator.Kubernetes.Selectors;

/// <summary>One part of a label selector.</summary>
internal sealed partial class LabelRequirement
{
    private readonly bool _wanted;
    private readonly HashSet<string>? _values;

    private LabelRequirement(string label, bool wanted, HashSet<string>? values)
    {
        Label = label;
        _wanted = wanted;
        _values = values;
    }

    public string Label { get; }

    /// <summary>The only value that matches, or null.</summary>
    public string? PinnedValue => _wanted && _values is { Count: 1 } ? _values.First() : null;

    public static LabelRequirement? TryParse(string text)
    {
        if (SetBased().Match(text) is { Success: true } set)
        {
            var values = set.Groups["values"].Value.Split(',').Select(static value => value.Trim());
            return new LabelRequirement(set.Groups["key"].Value, set.Groups["operator"].Value == "in", [.. values]);
        }

        if (Equality().Match(text) is { Success: true } equality)
        {
            return new LabelRequirement(equality.Groups["key"].Value, equality.Groups["operator"].Value != "!=", [equality.Groups["value"].Value]);
        }

        return Existence().Match(text) is { Success: true } existence
            ? new LabelRequirement(existence.Groups["key"].Value, existence.Groups["not"].Length == 0, null)
            : null;
    }

    /// <summary>As the API server does, an absent label satisfies <c>!=</c> and <c>notin</c>.</summary>
    public bool Matches(IReadOnlyDictionary<string, string> labels)
    {
        var present = labels.TryGetValue(Label, out var value);
        return (present && (_values is null || _values.Contains(value!))) == _wanted;
    }

    [GeneratedRegex(@"^(?<key>[\w./-]+)\s+(?<operator>in|notin)\s*\((?<values>[^()]*)\)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SetBased();

    [GeneratedRegex(@"^(?<key>[\w./-]+)\s*(?<operator>==|=|!=)\s*(?<value>[\w.-]*)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Equality();

    [GeneratedRegex(@"^(?<not>!?)\s*(?<key>[\w./-]+)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Existence();
}
