using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Resources;
using MultiEni.Simulator.Kubernetes.Schema;
using MultiEni.Simulator.Kubernetes.Types;

namespace MultiEni.Simulator.Kubernetes.Apply;

/// <summary>
/// What server-side apply knows of a value, built-in or custom: its type, and how it divides into
/// fields that can be owned.
/// </summary>
/// <param name="Kind">What it has to be; null for anything.</param>
/// <param name="Field">
/// The shape of a field of an object, null where there is no such field; null for what has no
/// fields.
/// </param>
/// <param name="Item">The shape of the entries of a list.</param>
/// <param name="Merge">How it merges.</param>
internal sealed record FieldShape(string? Kind, Func<string, FieldShape?>? Field, FieldShape? Item, ListSemantics Merge)
{
    public const string Text = "string";
    public const string Numeric = "numeric (int or float)";
    public const string Flag = "boolean";
    public const string List = "list";
    public const string Map = "map";

    private static readonly ListSemantics Atomic = new ListSemantics.Atomic();
    private static readonly ListSemantics Granular = new ListSemantics.Granular();
    private static readonly FieldShape Anything = new(null, null, null, Granular);

    /// <summary>The shape of the objects of a resource.</summary>
    public static FieldShape Of(ResourceDefinition resource)
    {
        var fields =
            resource.Type is { } builtIn ? Fields(builtIn)
            : resource.Schema is { } schema ? Of(schema.Root).Field
            : null;
        var metadata = new FieldShape(Map, Fields(BuiltInTypes.Metadata), null, Granular);
        return new FieldShape(
            fields is null ? null : Map,
            name =>
                name is "apiVersion" or "kind" ? Anything
                : name == "metadata" ? metadata
                : fields?.Invoke(name),
            null,
            Granular
        );
    }

    /// <summary>The shape of a field; of anything where none is known.</summary>
    public FieldShape Child(string name) => Field?.Invoke(name) ?? Anything;

    /// <summary>The shape of the entries of a list.</summary>
    public FieldShape Entry => Item ?? Anything;

    /// <summary>
    /// How a value of this shape merges; one of another type than it should be is replaced as a
    /// whole.
    /// </summary>
    public ListSemantics RuleFor(JsonNode? value) =>
        (Merge, value) switch
        {
            (ListSemantics.Granular, JsonObject) or (ListSemantics.Map or ListSemantics.Set, JsonArray) => Merge,
            _ => Atomic,
        };

    private static Func<string, FieldShape?> Fields(ObjectType type) => name => type.Find(name) is { } field ? Of(field.Type) : null;

    private static FieldShape Of(FieldType type) =>
        type.Kind switch
        {
            ValueKind.Text or ValueKind.Bytes or ValueKind.Time or ValueKind.MicroTime => new FieldShape(Text, null, null, type.Merge),
            ValueKind.Integer => new FieldShape(Numeric, null, null, type.Merge),
            ValueKind.Flag => new FieldShape(Flag, null, null, type.Merge),
            ValueKind.List => new FieldShape(List, null, Of(type.Element!), type.Merge),
            ValueKind.Map => new FieldShape(Map, _ => Of(type.Element!), null, type.Merge),
            ValueKind.Object => new FieldShape(Map, Fields(type.Fields!), null, type.Merge),
            _ => new FieldShape(null, null, null, type.Merge),
        };

    private static FieldShape Of(SchemaNode node) =>
        node.Type switch
        {
            SchemaType.Object when node.PreservesUnknownFields => new FieldShape(Map, null, null, Granular),
            SchemaType.Object => new FieldShape(Map, name => node.Child(name) is { } child ? Of(child) : null, null, Granular),
            SchemaType.Array => new FieldShape(
                List,
                null,
                Of(node.Items!),
                node.ListType switch
                {
                    ListType.Map => new ListSemantics.Map(node.MapKeys),
                    ListType.Set => new ListSemantics.Set(),
                    _ => Atomic,
                }
            ),
            SchemaType.String => new FieldShape(Text, null, null, Atomic),
            SchemaType.Boolean => new FieldShape(Flag, null, null, Atomic),
            _ => new FieldShape(Numeric, null, null, Atomic),
        };
}
