using MultiEni.Simulator.Kubernetes.Schema.Cel;

namespace MultiEni.Simulator.Kubernetes.Schema;

/// <summary>
/// What the rules of a schema see.
/// https://kubernetes.io/docs/reference/using-api/cel/#cel-type-integration-crds
/// </summary>
internal static class SchemaTypes
{
    /// <summary>The name of the value that a rule stands at.</summary>
    public const string Self = "self";

    /// <summary>The name of the value that it has now.</summary>
    public const string OldSelf = "oldSelf";

    /// <summary>The type of a schema's values.</summary>
    public static CelType? Of(SchemaNode node) =>
        node switch
        {
            { Type: SchemaType.Boolean } => CelType.Bool,
            { Type: SchemaType.Integer } => CelType.Int,
            { Type: SchemaType.String, Format: null } => CelType.String with { Size = Longest(node) },
            { Type: SchemaType.Array, Items.CelType: { } item } => CelType.Of(
                CelKind.List,
                item,
                node.MaxItems ?? SchemaCompiler.MostItems(node.Items.Type)
            ) with
            {
                IsUnordered = node.ListType is ListType.Set or ListType.Map,
            },
            { Type: SchemaType.Object, AdditionalProperties.CelType: { } item } => CelType.Of(
                CelKind.Map,
                item,
                node.MaxProperties ?? SchemaCompiler.MostEntries
            ),
            { Type: SchemaType.Object, AdditionalProperties: null } => new CelType(CelKind.Object) { Fields = Fields(node) },
            _ => null,
        };

    private static Dictionary<string, CelType> Fields(SchemaNode node)
    {
        var fields = new Dictionary<string, CelType>(StringComparer.Ordinal);
        foreach (var (name, property) in node.Properties)
        {
            if (property.CelType is { } type)
            {
                fields[name] = type;
            }
        }

        return fields;
    }

    private static long Longest(SchemaNode node) =>
        node.Enum is { Length: > 0 } allowed ? allowed.Max(static value => value?.ToJsonString().Length ?? 0) : node.MaxLength ?? CelType.Unbounded;
}
