using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Kubernetes.Schema;

/// <summary>
/// Fills in defaults where the parent is there. A null counts as absent: it becomes the default, or
/// goes away when there is none.
/// </summary>
internal static class Defaulting
{
    public static void Apply(JsonNode? value, SchemaNode schema)
    {
        switch (value)
        {
            case JsonObject map:
                Apply(map, schema);
                break;
            case JsonArray list when schema.Items is { } items:
                for (var i = 0; i < list.Count; i++)
                {
                    if (list[i] is null && items.Default is not null)
                    {
                        list[i] = items.Default.DeepClone();
                    }

                    Apply(list[i], items);
                }

                break;
        }
    }

    private static void Apply(JsonObject map, SchemaNode schema)
    {
        foreach (var (name, _) in map.Where(field => field.Value is null && schema.Child(field.Key) is not null).ToList())
        {
            map.Remove(name);
        }

        foreach (var (name, property) in schema.HasDefaults ? schema.Properties : SchemaNode.NoProperties)
        {
            if (property.Default is not null && !map.ContainsKey(name))
            {
                map[name] = property.Default.DeepClone();
            }
        }

        foreach (var (name, value) in map)
        {
            if (value is JsonObject or JsonArray && schema.Child(name) is { } child)
            {
                Apply(value, child);
            }
        }
    }
}
