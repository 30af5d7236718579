using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Kubernetes.Schema;

/// <summary>
/// Fills in defaults where the parent is there. A null counts as absent: it becomes the default, or goes
/// away when there is none.
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
        DropNulls(map, schema);
        if (schema.HasDefaults)
        {
            foreach (var (name, property) in schema.Properties)
            {
                if (property.Default is not null && map[name] is null)
                {
                    map[name] = property.Default.DeepClone();
                }
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

    private static void DropNulls(JsonObject map, SchemaNode schema)
    {
        List<string>? dropped = null;
        foreach (var (name, value) in map)
        {
            if (value is null && schema.Child(name) is { Default: null })
            {
                (dropped ??= []).Add(name);
            }
        }

        foreach (var name in dropped ?? [])
        {
            map.Remove(name);
        }
    }
}
