using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Kubernetes.Schema;

/// <summary>Removes what the schema does not know.</summary>
internal sealed class Pruning
{
    private readonly FieldPath path = new();
    private readonly List<string> removed = [];

    public static IReadOnlyList<string> Apply(JsonObject map, SchemaNode schema)
    {
        var pruning = new Pruning();
        pruning.Map(map, schema, isRoot: true);
        pruning.removed.Sort(StringComparer.Ordinal);
        return pruning.removed;
    }

    private void Value(JsonNode? value, SchemaNode schema)
    {
        switch (value)
        {
            case JsonObject map:
                Map(map, schema, isRoot: false);
                break;
            case JsonArray list when schema.Items is { } items:
                for (var i = 0; i < list.Count; i++)
                {
                    path.EnterItem(i);
                    Value(list[i], items);
                    path.Leave();
                }

                break;
        }
    }

    private void Map(JsonObject map, SchemaNode schema, bool isRoot)
    {
        List<string>? unknown = null;
        foreach (var (name, value) in map)
        {
            // Metadata is read into a type of its own.
            if (isRoot && name is "apiVersion" or "kind" or "metadata")
            {
                continue;
            }

            path.EnterField(name);
            if (schema.Child(name) is { } child)
            {
                Value(value, child);
            }
            else if (!schema.PreservesUnknownFields)
            {
                (unknown ??= []).Add(name);
                removed.Add(path.ToDotted());
            }

            path.Leave();
        }

        unknown?.ForEach(name => map.Remove(name));
    }
}
