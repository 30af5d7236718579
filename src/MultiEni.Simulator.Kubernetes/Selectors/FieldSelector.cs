using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Resources;
using MultiEni.Simulator.Kubernetes.Schema;
using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Simulator.Kubernetes.Selectors;

/// <summary>A field selector such as <c>spec.nodeName=a,metadata.name!=b</c>, bound to the resource that it selects from.</summary>
internal sealed class FieldSelector
{
    private const int NameField = -1;
    private const int NamespaceField = -2;

    private readonly List<(int Field, bool Wanted, string Value)> _requirements;

    private FieldSelector(List<(int Field, bool Wanted, string Value)> requirements) => _requirements = requirements;

    public static FieldSelector Everything { get; } = new([]);

    public bool IsEverything => _requirements.Count == 0;

    /// <summary>The only name that matches, or null.</summary>
    public string? Name => Pinned(NameField);

    /// <summary>A selectable field, by its index in the definition, that must have one value; null when there is none.</summary>
    public (int Field, string Value)? Pin
    {
        get
        {
            foreach (var (index, wanted, value) in _requirements)
            {
                if (wanted && index >= 0)
                {
                    return (index, value);
                }
            }

            return null;
        }
    }

    /// <summary>Reads the text of a query parameter; absent or empty selects everything.</summary>
    /// <exception cref="StatusException">400: the text is not a selector, or the resource does not know one of its fields.</exception>
    public static FieldSelector Parse(string? text, ResourceDefinition resource)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return Everything;
        }

        var requirements = new List<(int, bool, string)>();
        foreach (var part in text.Split(','))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                throw StatusErrors.BadRequest($"invalid selector: '{text}'; can't understand '{part}'");
            }

            var wanted = part[equals - 1] != '!';
            var field = part[..(wanted ? equals : equals - 1)].Trim();
            var value = part[(equals + 1)..];
            value = wanted && value.StartsWith('=') ? value[1..] : value;
            if (value.Contains('=', StringComparison.Ordinal))
            {
                throw StatusErrors.BadRequest($"invalid field selector: unescaped character in value: {(int)'='}");
            }

            requirements.Add((IndexOf(field, resource), wanted, value));
        }

        return new FieldSelector(requirements);
    }

    public bool Matches(StoredObject obj)
    {
        foreach (var (field, wanted, value) in _requirements)
        {
            var actual = field switch
            {
                NameField => obj.Key.Name,
                NamespaceField => obj.Key.Namespace,
                _ => obj.SelectableValues[field],
            };
            if ((actual == value) != wanted)
            {
                return false;
            }
        }

        return true;
    }

    private string? Pinned(int wantedField)
    {
        foreach (var (field, wanted, value) in _requirements)
        {
            if (wanted && field == wantedField)
            {
                return value;
            }
        }

        return null;
    }

    private static int IndexOf(string field, ResourceDefinition resource)
    {
        switch (field)
        {
            case "metadata.name":
                return NameField;
            case "metadata.namespace":
                return NamespaceField;
            default:
                for (var index = 0; index < resource.SelectableFields.Count; index++)
                {
                    if (resource.SelectableFields[index] == field)
                    {
                        return index;
                    }
                }

                throw StatusErrors.BadRequest(
                    resource.IsCustom || resource.SelectableFields.Count > 0
                        ? $"field label not supported: {field}"
                        : $"{GoText.Quote(field)} is not a known field selector: only \"metadata.name\", \"metadata.namespace\""
                );
        }
    }
}
