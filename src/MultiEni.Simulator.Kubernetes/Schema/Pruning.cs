using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Kubernetes.Schema;

/// <summary>Removes what the schema does not know.</summary>
internal sealed class Pruning
{
    private static readonly SchemaNode Nothing = new();

    private readonly FieldPath path = new();
    private List<string>? removed;

    public static IReadOnlyList<string> Apply(JsonObject map, SchemaNode schema)
    {
        var pruning = new Pruning();
        pruning.Map(map, schema, isResource: true);
        return pruning.removed ?? [];
    }

    private void Value(JsonNode? value, SchemaNode schema)
    {
        switch (value)
        {
            case JsonObject map:
                Map(map, schema, schema.IsEmbeddedResource);
                break;
            case JsonArray list:
                // What is kept without being described is kept whole.
                if (schema.Items is null && schema.PreservesUnknownFields)
                {
                    break;
                }

                for (var i = 0; i < list.Count; i++)
                {
                    path.EnterItem(i);
                    Value(list[i], schema.Items ?? Nothing);
                    path.Leave();
                }

                break;
        }
    }

    private void Map(JsonObject map, SchemaNode schema, bool isResource)
    {
        List<string>? unknown = null;
        foreach (var (name, value) in map)
        {
            if (isResource && name is "apiVersion" or "kind" or "metadata" && isResource)
            {
                continue;
            }

            if (schema.Child(name) is { } child)
            {
                path.EnterField(name);
                Value(value, child);
                path.Leave();
            }
            else if (schema.AllowsAdditionalProperties)
            {
                path.EnterField(name);
                Value(value, Nothing);
                path.Leave();
            }
            else if (!schema.PreservesUnknownFields)
            {
                (unknown ??= []).Add(name);
            }
        }

        foreach (var name in unknown ?? [])
        {
            path.EnterField(name);
            (removed ??= []).Add(path.ToDotted());
            path.Leave();
            map.Remove(name);
        }
    }
}
