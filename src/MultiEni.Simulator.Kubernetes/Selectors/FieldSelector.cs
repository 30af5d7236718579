using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Resources;
using MultiEni.Simulator.Kubernetes.Schema;
using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Simulator.Kubernetes.Selectors;

/// <summary>
/// A field selector such as <c>spec.nodeName=a,metadata.name!=b</c>, bound to the resource that it
/// selects from.
/// </summary>
internal sealed class FieldSelector
{
    private const int NameField = -1;
    private const int NamespaceField = -2;

    private readonly List<(int Field, bool IsWanted, string Value)> _requirements;

    private FieldSelector(List<(int Field, bool IsWanted, string Value)> requirements) => _requirements = requirements;

    public static FieldSelector Everything { get; } = new([]);

    public bool IsEverything => _requirements.Count == 0;

    /// <summary>The only name that matches, or null.</summary>
    public string? Name => _requirements.Find(static requirement => requirement is { IsWanted: true, Field: NameField }).Value;

    /// <summary>
    /// A selectable field, by its index in the definition, that must have one value; null when
    /// there is none.
    /// </summary>
    public (int Field, string Value)? Pin =>
        _requirements.Find(static requirement => requirement is { IsWanted: true, Field: >= 0 }) is { Value: { } value } pinned
            ? (pinned.Field, value)
            : null;

    /// <summary>Reads the text of a query parameter; absent or empty selects everything.</summary>
    /// <exception cref="StatusException">
    /// 400: the text is not a selector, or the resource does not know one of its fields.
    /// </exception>
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

            var isWanted = part[equals - 1] != '!';
            var value = part[(equals + 1)..];
            value = isWanted && value.StartsWith('=') ? value[1..] : value;
            if (value.Contains('=', StringComparison.Ordinal))
            {
                throw StatusErrors.BadRequest($"invalid field selector: unescaped character in value: {(int)'='}");
            }

            requirements.Add((IndexOf(part[..(isWanted ? equals : equals - 1)].Trim(), resource), isWanted, value));
        }

        return new FieldSelector(requirements);
    }

    public bool Matches(StoredObject obj)
    {
        foreach (var (field, isWanted, value) in _requirements)
        {
            var actual = field switch
            {
                NameField => obj.Key.Name,
                NamespaceField => obj.Key.Namespace,
                _ => obj.SelectableValues[field],
            };
            if ((actual == value) != isWanted)
            {
                return false;
            }
        }

        return true;
    }

    private static int IndexOf(string field, ResourceDefinition resource) =>
        field switch
        {
            "metadata.name" => NameField,
            "metadata.namespace" => NamespaceField,
            _ when resource.SelectableFields.ToList().IndexOf(field) is var index and >= 0 => index,
            _ => throw StatusErrors.BadRequest(
                resource.Kind == "ResourceSlice" ? $"field label not supported for {resource.ApiVersion}, Kind={resource.Kind}: {field}"
                : resource.IsCustom || resource.SelectableFields.Count > 0 ? $"field label not supported: {field}"
                : $"{GoText.Quote(field)} is not a known field selector: only \"metadata.name\", \"metadata.namespace\""
            ),
        };
}
