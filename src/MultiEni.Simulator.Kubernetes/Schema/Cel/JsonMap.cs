using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>An object or map of the object under validation.</summary>
internal sealed class JsonMap(JsonObject json, SchemaNode? schema) : CelMap
{
    public override int Count => json.Count;

    public override IEnumerable<CelValue> Keys
    {
        get
        {
            foreach (var (key, _) in json)
            {
                yield return CelValue.Of(key);
            }
        }
    }

    public override bool TryGet(CelValue key, out CelValue value)
    {
        if (key.Kind == CelKind.String && json.TryGetPropertyValue(key.AsString, out var node))
        {
            value = CelJson.ToValue(node, schema?.Child(key.AsString));
            return true;
        }

        value = default;
        return false;
    }

    public override bool TryGetField(string name, out CelValue value)
    {
        // Fields of an object whose names are no CEL identifiers are escaped in rules; keys of a map are not.
        var key = schema is { Properties.Count: > 0 } ? CelNames.Unescape(name) : name;
        return TryGet(CelValue.Of(key), out value);
    }
}
