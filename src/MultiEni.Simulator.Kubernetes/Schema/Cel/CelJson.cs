using System.Text.Json;
using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>JSON as values of the types that the schema gives it.</summary>
internal static class CelJson
{
    public static object? ToValue(JsonNode? node, SchemaNode? schema) =>
        node switch
        {
            null => null,
            JsonObject map => new JsonMap(map, schema),
            JsonArray list => new CelList(
                [.. list.Select(item => ToValue(item, schema?.Items))],
                IsUnordered: schema?.ListType is ListType.Set or ListType.Map
            ),
            JsonValue scalar => scalar.GetValueKind() switch
            {
                JsonValueKind.True => true,
                JsonValueKind.False => false,
                JsonValueKind.String => scalar.GetValue<string>(),
                _ => Number(JsonNumber.Read(scalar), schema?.Type),
            },
            _ => throw new ArgumentOutOfRangeException(nameof(node)),
        };

    private static object Number(JsonNumber number, SchemaType? type) =>
        number.IsInteger ? number.Integer
        : type == SchemaType.Integer ? new CelError("invalid data, expected int, got float64")
        : number.Real;

    private sealed class JsonMap(JsonObject json, SchemaNode? schema) : CelMap
    {
        public override int Count => json.Count;

        public override IEnumerable<string> Keys => json.Select(static entry => entry.Key);

        public override bool TryGet(string key, out object? value)
        {
            var found = json.TryGetPropertyValue(key, out var node);
            value = found ? ToValue(node, schema?.Child(key)) : null;
            return found;
        }
    }
}
