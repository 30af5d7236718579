using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Resources;
using MultiEni.Simulator.Kubernetes.Schema;
using MultiEni.Simulator.Kubernetes.Types;

namespace MultiEni.Simulator.Kubernetes.Apply;

/// <summary>How server-side apply divides an object of one resource into fields that can be owned.</summary>
internal sealed class MergeRules(ResourceDefinition resource)
{
    private static readonly ListSemantics Atomic = new ListSemantics.Atomic();
    private static readonly ListSemantics Granular = new ListSemantics.Granular();

    private readonly CustomResourceSchema? _schema = resource.Schema;
    private readonly ObjectType? _type = resource.Type;

    /// <summary>How the value at a path is merged; list entries are the step <c>[]</c>.</summary>
    public ListSemantics At(IReadOnlyList<string> path, JsonNode? value)
    {
        var rule = path.Count == 0 ? Granular : Rule(path);
        return (rule, value) switch
        {
            (ListSemantics.Granular, JsonObject) => Granular,
            (ListSemantics.Map, JsonArray) => rule,
            (ListSemantics.Set, JsonArray) => rule,
            // Inside an entry of a map list the schema may speak of the list itself.
            (ListSemantics.Map, JsonObject) => Granular,
            _ => Atomic,
        };
    }

    /// <summary>An object of which nothing is set.</summary>
    public JsonObject Nothing() => _type is null ? [] : Decoding.Empty(_type);

    private ListSemantics Rule(IReadOnlyList<string> path) =>
        path[0] == "metadata" || _type is not null ? Walk(path)?.Merge ?? (path[0] == "metadata" ? Atomic : Granular)
        : _schema is not null ? _schema.ListAt(path)
        : Granular;

    private FieldType? Walk(IReadOnlyList<string> path)
    {
        var fields = path[0] == "metadata" ? BuiltInTypes.Metadata : _type;
        if (path is ["metadata"])
        {
            return new FieldType(ValueKind.Object, "", null, Granular) { Fields = fields };
        }

        FieldType? type = null;
        foreach (var step in path[0] == "metadata" ? path.Skip(1) : path)
        {
            type = type is { Kind: ValueKind.List or ValueKind.Map } ? type.Element : fields?.Find(step)?.Type;
            fields = type?.Fields;
        }

        return type;
    }
}
