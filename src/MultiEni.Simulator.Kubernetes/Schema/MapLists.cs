using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Kubernetes.Schema;

/// <summary>Items of lists that have an identity: sets and map lists.</summary>
internal static class MapLists
{
    /// <summary>The item of <paramref name="old"/> with the same keys. Only map lists can tell; elsewhere there is none.</summary>
    public static JsonNode? FindOld(JsonNode? item, JsonArray? old, SchemaNode schema)
    {
        if (old is null || schema.ListType != ListType.Map || item is not JsonObject wanted)
        {
            return null;
        }

        foreach (var candidate in old)
        {
            if (candidate is JsonObject entry && SameKeys(wanted, entry, schema.MapKeys))
            {
                return entry;
            }
        }

        return null;
    }

    /// <summary>Findings for items that stand twice.</summary>
    public static List<FieldError> FindDuplicates(JsonObject map, SchemaNode schema)
    {
        var errors = new List<FieldError>();
        Walk(map, schema, new FieldPath(), errors);
        return errors;
    }

    private static void Walk(JsonNode? value, SchemaNode schema, FieldPath path, List<FieldError> errors)
    {
        switch (value)
        {
            case JsonObject map:
                foreach (var (name, child) in map)
                {
                    if (child is not (JsonObject or JsonArray) || schema.Child(name) is not { } childSchema)
                    {
                        continue;
                    }

                    path.Enter(name, isKey: !schema.Properties.ContainsKey(name));

                    Walk(child, childSchema, path, errors);
                    path.Leave();
                }

                break;
            case JsonArray list:
                Check(list, schema, path, errors);
                for (var i = 0; i < list.Count && schema.Items is not null; i++)
                {
                    path.EnterItem(i);
                    Walk(list[i], schema.Items, path, errors);
                    path.Leave();
                }

                break;
        }
    }

    private static void Check(JsonArray list, SchemaNode schema, FieldPath path, List<FieldError> errors)
    {
        for (var i = 1; i < list.Count && schema.ListType is ListType.Set or ListType.Map; i++)
        {
            for (var earlier = 0; earlier < i; earlier++)
            {
                if (!Same(list[i], list[earlier], schema))
                {
                    continue;
                }

                path.EnterItem(i);
                var bad = schema.ListType == ListType.Set ? list[i] : KeysOf(list[i] as JsonObject, schema.MapKeys);
                errors.Add(new FieldError(path.ToBracketed(), FieldErrorReasons.Duplicate, $"Duplicate value: {GoText.Value(bad)}"));
                path.Leave();
                break;
            }
        }
    }

    private static bool Same(JsonNode? left, JsonNode? right, SchemaNode schema) =>
        schema.ListType == ListType.Set
            ? JsonNode.DeepEquals(left, right)
            : left is JsonObject a && right is JsonObject b && SameKeys(a, b, schema.MapKeys);

    private static bool SameKeys(JsonObject left, JsonObject right, string[] keys)
    {
        foreach (var key in keys)
        {
            if (left.ContainsKey(key) != right.ContainsKey(key) || !JsonNode.DeepEquals(left[key], right[key]))
            {
                return false;
            }
        }

        return true;
    }

    private static JsonObject KeysOf(JsonObject? item, string[] keys)
    {
        var identity = new JsonObject();
        foreach (var key in keys)
        {
            if (item is not null && item.TryGetPropertyValue(key, out var value))
            {
                identity[key] = value?.DeepClone();
            }
        }

        return identity;
    }
}
