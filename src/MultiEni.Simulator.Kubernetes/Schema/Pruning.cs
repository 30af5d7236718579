using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Kubernetes.Schema;

/// <summary>Removes what the schema does not know.</summary>
internal sealed class Pruning
{
    private readonly FieldPath _path = new();
    private readonly List<string> _removed = [];

    public static IReadOnlyList<string> Apply(JsonObject map, SchemaNode schema)
    {
        var pruning = new Pruning();
        pruning.Map(map, schema, isRoot: true);
        pruning._removed.Sort(StringComparer.Ordinal);
        return pruning._removed;
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
                    _path.EnterItem(i);
                    Value(list[i], items);
                    _path.Leave();
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

            _path.EnterField(name);
            if (schema.Child(name) is { } child)
            {
                Value(value, child);
            }
            else if (!schema.PreservesUnknownFields)
            {
                (unknown ??= []).Add(name);
                _removed.Add(_path.ToDotted());
            }

            _path.Leave();
        }

        unknown?.ForEach(name => map.Remove(name));
    }
}
