using System.Text.RegularExpressions;
using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Schema;
using MultiEni.Simulator.Kubernetes.Validation;

namespace MultiEni.Simulator.Kubernetes.Selectors;

/// <summary>A label selector in the syntax of kubectl: <c>a=b,c!=d,e in (f,g),h,!i</c>.</summary>
internal sealed partial class LabelSelector
{
    private readonly List<LabelRequirement> _requirements;

    private LabelSelector(List<LabelRequirement> requirements) => _requirements = requirements;

    public static LabelSelector Everything { get; } = new([]);

    public bool IsEverything => _requirements.Count == 0;

    /// <summary>
    /// A label that must have one value, by which watchers are indexed; null when no requirement is
    /// that simple.
    /// </summary>
    public (string Label, string Value)? Pin =>
        _requirements.Find(static requirement => requirement.PinnedValue is not null) is { PinnedValue: { } value } pinned
            ? (pinned.Label, value)
            : null;

    /// <summary>Reads the text of a query parameter; absent or empty selects everything.</summary>
    /// <exception cref="StatusException">
    /// 400: a key or value cannot be one. 501: the text is no selector, in words that are not known
    /// here.
    /// </exception>
    public static LabelSelector Parse(string? text) => string.IsNullOrWhiteSpace(text) ? Everything : new LabelSelector(Requirements(text));

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

    private static List<LabelRequirement> Requirements(string text)
    {
        var requirements = new List<LabelRequirement>();
        for (var at = 0; at < text.Length; )
        {
            var part = Requirement().Match(text, at);
            if (!part.Success)
            {
                throw new NotSimulatedException($"what is wrong with the label selector {text}");
            }

            at += part.Length;
            requirements.Add(Read(part));
        }

        return requirements;
    }

    private static LabelRequirement Read(Match part)
    {
        var key = part.Groups["key"].Value;
        var sign = part.Groups["sign"].Value;
        Check("key", key, Names.QualifiedName(key));
        if (sign.Length == 0)
        {
            return new LabelRequirement(key, part.Groups["not"].Success ? "!" : "exists", []);
        }

        var values = new SortedSet<string>(
            sign is "in" or "notin" ? part.Groups["values"].Value.Split(',').Select(static value => value.Trim()) : [part.Groups["value"].Value],
            StringComparer.Ordinal
        );
        foreach (var (index, value) in values.Index())
        {
            if (sign is "<" or ">" && !long.TryParse(value, out _))
            {
                throw Refuse($"values[0]: Invalid value: {GoText.Quote(value)}: for 'Gt', 'Lt' operators, the value must be an integer");
            }

            Check($"values[{index}][{key}]", value, Names.LabelValue(value));
        }

        var operation = sign switch
        {
            "=" or "==" => "in",
            "!=" => "notin",
            _ => sign,
        };
        return new LabelRequirement(key, operation, values);
    }

    private static void Check(string path, string value, IEnumerable<string> wrong)
    {
        var errors = wrong.Select(why => $"{path}: Invalid value: {GoText.Quote(value)}: {why}").ToList();
        if (errors.Count > 0)
        {
            throw Refuse(errors.Count == 1 ? errors[0] : $"[{string.Join(", ", errors)}]");
        }
    }

    private static StatusException Refuse(string why) => StatusErrors.BadRequest("unable to parse requirement: " + why);

    // One requirement, and the comma before the next.
    [GeneratedRegex(
        """
            \G\s*(?:
              (?<not>!)\s*(?<key>[^\s=!(),<>]+)
            | (?<key>[^\s=!(),<>]+)\s+(?<sign>in|notin)\s*\((?<values>[^=!()<>]*)\)
            | (?<key>[^\s=!(),<>]+)\s*(?<sign>==|=|!=|<|>)\s*(?<value>[^\s=!(),<>]*)
            | (?<key>[^\s=!(),<>]+)
            )\s*(?:,(?!\s*\z)|\z)
            """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Requirement();
}
