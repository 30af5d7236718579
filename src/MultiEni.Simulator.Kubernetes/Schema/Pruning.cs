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
        pruning.removed?.Sort(StringComparer.Ordinal);
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
            if (isResource && name == "metadata" && value is JsonObject metadata)
            {
                Forget(["metadata"], CustomMetadata.Prune(metadata));
            }

            if (isResource && name is "apiVersion" or "kind" or "metadata")
            {
                continue;
            }

            if (schema.Child(name) is { } child)
            {
                path.EnterField(name);
                Value(value, child);
                path.Leave();
            }
            else if (!schema.PreservesUnknownFields)
            {
                (unknown ??= []).Add(name);
            }
        }

        unknown?.ForEach(name => map.Remove(name));
        Forget([], unknown ?? []);
    }

    private void Forget(ReadOnlySpan<string> below, List<string> names)
    {
        foreach (var step in below)
        {
            path.EnterField(step);
        }

        foreach (var name in names)
        {
            path.EnterField(name);
            (removed ??= []).Add(path.ToDotted());
            path.Leave();
        }

        foreach (var _ in below)
        {
            path.Leave();
        }
    }
}
