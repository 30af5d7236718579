namespace MultiEni.Simulator.Kubernetes.Schema;

/// <summary>Derives how server-side apply merges a value from the schema's extensions.</summary>
internal static class MergeSemantics
{
    private static readonly ListSemantics.Atomic Whole = new();
    private static readonly ListSemantics.Set Scalars = new();
    private static readonly ListSemantics.Granular Fields = new();

    public static ListSemantics At(SchemaNode root, IReadOnlyList<string> path)
    {
        var node = root;
        foreach (var step in path)
        {
            if (node is null)
            {
                // Where nothing is described, the shape of the data decides: objects part by part, lists as a whole.
                return step == "[]" ? Whole : Fields;
            }

            if (node is { Type: SchemaType.Array, ListType: ListType.Atomic })
            {
                return Whole;
            }

            // Metadata has a schema of its own, which is not part of the definition.
            if (ReferenceEquals(node, root) && step == "metadata")
            {
                return Fields;
            }

            node = step == "[]" ? node.Items! : node.Child(step)!;
        }

        return node switch
        {
            null => Fields,
            { Type: SchemaType.Array, ListType: ListType.Set } => Scalars,
            { Type: SchemaType.Array, ListType: ListType.Map } => new ListSemantics.Map(node.MapKeys),
            { Type: SchemaType.Array } => Whole,
            { Type: SchemaType.Object } => Fields,
            _ => Whole,
        };
    }
}
