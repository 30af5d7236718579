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

        return new LabelSelector(LabelSelectorParser.Parse(text));
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
}
