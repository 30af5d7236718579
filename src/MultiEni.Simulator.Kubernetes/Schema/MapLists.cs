using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Kubernetes.Schema;

/// <summary>Items of lists that have an identity: sets and map lists.</summary>
internal static class MapLists
{
    /// <summary>
    /// The item of <paramref name="old"/> with the same keys. Only map lists can tell; elsewhere
    /// there is none.
    /// </summary>
    public static JsonNode? FindOld(JsonNode? item, JsonArray? old, SchemaNode schema) =>
        schema.ListType == ListType.Map && item is JsonObject ? old?.FirstOrDefault(candidate => AreSame(item, candidate, schema)) : null;

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
                    if (child is JsonObject or JsonArray && schema.Child(name) is { } childSchema)
                    {
                        path.Enter(name, isKey: !schema.Properties.ContainsKey(name));
                        Walk(child, childSchema, path, errors);
                        path.Leave();
                    }
                }

                break;
            case JsonArray list when schema.Items is { } items:
                for (var i = 0; i < list.Count; i++)
                {
                    path.EnterItem(i);
                    if (schema.ListType != ListType.Atomic && list.Take(i).Any(earlier => AreSame(list[i], earlier, schema)))
                    {
                        var bad = schema.ListType == ListType.Set ? list[i] : KeysOf((JsonObject)list[i]!, schema.MapKeys);
                        errors.Add(new FieldError(path.ToBracketed(), FieldErrorReasons.Duplicate, $"Duplicate value: {GoText.Value(bad)}"));
                    }

                    Walk(list[i], items, path, errors);
                    path.Leave();
                }

                break;
        }
    }

    private static bool AreSame(JsonNode? left, JsonNode? right, SchemaNode schema) =>
        schema.ListType == ListType.Set
            ? JsonNode.DeepEquals(left, right)
            : left is JsonObject a
                && right is JsonObject b
                && Array.TrueForAll(schema.MapKeys, key => a.ContainsKey(key) == b.ContainsKey(key) && JsonNode.DeepEquals(a[key], b[key]));

    private static JsonObject KeysOf(JsonObject item, string[] keys) =>
        new(keys.Where(item.ContainsKey).Select(key => KeyValuePair.Create(key, item[key]?.DeepClone())));
}
