using MultiEni.Simulator.Kubernetes.Errors;

namespace MultiEni.Simulator.Kubernetes.Selectors;

/// <summary>A label selector in the syntax of kubectl: <c>a=b,c!=d,e in (f,g),h,!i</c>.</summary>
internal sealed class LabelSelector
{
    private readonly List<LabelRequirement> _requirements;

    private LabelSelector(List<LabelRequirement> requirements) => _requirements = requirements;

    public static LabelSelector Everything { get; } = new([]);

    public bool IsEverything => _requirements.Count == 0;

    /// <summary>A label that must have one value, by which watchers are indexed; null when no requirement is that simple.</summary>
    public (string Label, string Value)? Pin
    {
        get
        {
            foreach (var requirement in _requirements)
            {
                if (requirement.PinnedValue is { } value)
                {
                    return (requirement.Label, value);
                }
            }

            return null;
        }
    }

    /// <summary>Reads the text of a query parameter; absent or empty selects everything.</summary>
    /// <exception cref="StatusException">400: the text is not a selector.</exception>
    public static LabelSelector Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return Everything;
        }

        var requirements = new List<LabelRequirement>();
        foreach (var part in SplitOutsideParentheses(text))
        {
            requirements.Add(
                LabelRequirement.TryParse(part.Trim())
                    ?? throw StatusErrors.BadRequest($"unable to parse requirement: {part.Trim()} in selector \"{text}\"")
            );
        }

        return new LabelSelector(requirements);
    }

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

    private static IEnumerable<string> SplitOutsideParentheses(string text)
    {
        var depth = 0;
        var start = 0;
        for (var index = 0; index < text.Length; index++)
        {
            switch (text[index])
            {
                case '(':
                    depth++;
                    break;
                case ')':
                    depth--;
                    break;
                case ',' when depth == 0:
                    yield return text[start..index];
                    start = index + 1;
                    break;
                default:
                    break;
            }
        }

        yield return text[start..];
    }
}
