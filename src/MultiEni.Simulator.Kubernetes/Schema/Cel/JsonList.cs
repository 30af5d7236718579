using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>A list of the object under validation.</summary>
internal sealed class JsonList(JsonArray array, SchemaNode? schema) : CelList
{
    public override int Count => array.Count;

    public override CelValue this[int index] => CelJson.ToValue(array[index], schema?.Items);

    public override SchemaNode? Unordered => schema?.ListType is ListType.Set or ListType.Map ? schema : null;
}
