using MultiEni.Simulator.Kubernetes.Resources;
using MultiEni.Simulator.Kubernetes.Schema;
using MultiEni.Simulator.Kubernetes.Types;

namespace MultiEni.Simulator.Kubernetes.Apply;

/// <summary>What server-side apply knows of the type of a value, built-in or custom.</summary>
/// <param name="Kind">What it has to be; null for anything.</param>
/// <param name="Field">The type of a field of an object, null where there is no such field; null for what has no fields.</param>
/// <param name="Item">The type of the entries of a list.</param>
/// <param name="Merge">How it merges.</param>
/// <param name="MayBeNull">Whether null is a value of it.</param>
internal sealed record AppliedType(string? Kind, Func<string, AppliedType?>? Field, AppliedType? Item, ListSemantics Merge, bool MayBeNull = true)
{
    public const string Text = "string";
    public const string Numeric = "numeric (int or float)";
    public const string Flag = "boolean";
    public const string List = "list";
    public const string Map = "map";

    private static readonly AppliedType Anything = new(null, null, null, new ListSemantics.Granular());

    /// <summary>The type of the objects of a resource; null where it is not known.</summary>
    public static AppliedType? Of(ResourceDefinition resource)
    {
        var fields =
            resource.Type is { } builtIn ? Fields(builtIn)
            : resource.Schema is { } schema ? Of(schema.Root).Field
            : null;
        if (fields is null)
        {
            return null;
        }

        var metadata = new AppliedType(Map, Fields(BuiltInTypes.Metadata), null, new ListSemantics.Granular());
        return new AppliedType(
            Map,
            name =>
                name is "apiVersion" or "kind" ? Anything
                : name == "metadata" ? metadata
                : fields(name),
            null,
            new ListSemantics.Granular()
        );
    }

    private static Func<string, AppliedType?> Fields(ObjectType type) => name => type.Find(name) is { } field ? Of(field.Type) : null;

    private static AppliedType Of(FieldType type) =>
        type.Kind switch
        {
            ValueKind.Text or ValueKind.Bytes or ValueKind.Time or ValueKind.MicroTime => new AppliedType(Text, null, null, type.Merge),
            ValueKind.Integer => new AppliedType(Numeric, null, null, type.Merge),
            ValueKind.Flag => new AppliedType(Flag, null, null, type.Merge),
            ValueKind.List => new AppliedType(List, null, Of(type.Element!), type.Merge),
            ValueKind.Map => new AppliedType(Map, Every(Of(type.Element!)), null, type.Merge),
            ValueKind.Object => new AppliedType(Map, Fields(type.Fields!), null, type.Merge),
            _ => Anything,
        };

    private static AppliedType Of(SchemaNode node) =>
        node switch
        {
            { Type: SchemaType.Object } => new AppliedType(
                Map,
                name => node.Child(name) is { } child ? Of(child) : null,
                null,
                new ListSemantics.Granular()
            ),
            { Type: SchemaType.Array } => new AppliedType(List, null, node.Items is null ? Anything : Of(node.Items), MergeOf(node)),
            { Type: SchemaType.String } => new AppliedType(Text, null, null, new ListSemantics.Atomic()),
            { Type: SchemaType.Integer or SchemaType.Number } => new AppliedType(Numeric, null, null, new ListSemantics.Atomic()),
            { Type: SchemaType.Boolean } => new AppliedType(Flag, null, null, new ListSemantics.Atomic()),
            _ => Anything,
        };

    private static ListSemantics MergeOf(SchemaNode list) =>
        list.ListType switch
        {
            ListType.Map => new ListSemantics.Map(list.MapKeys),
            ListType.Set => new ListSemantics.Set(),
            _ => new ListSemantics.Atomic(),
        };

    private static Func<string, AppliedType?> Every(AppliedType type) => _ => type;
}
