using System.Text.Json;
using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>JSON as values of the types that the schema gives it.</summary>
internal static class CelJson
{
    public static CelValue ToValue(JsonNode? node, SchemaNode? schema) =>
        node switch
        {
            null => CelValue.Null,
            JsonObject map => CelValue.Of(new JsonMap(map, schema)),
            JsonArray list => CelValue.Of(new JsonList(list, schema)),
            JsonValue scalar => Scalar(scalar, schema),
            _ => throw new ArgumentOutOfRangeException(nameof(node)),
        };

    private static CelValue Scalar(JsonValue scalar, SchemaNode? schema)
    {
        switch (scalar.GetValueKind())
        {
            case JsonValueKind.True:
                return CelValue.Of(true);
            case JsonValueKind.False:
                return CelValue.Of(false);
            case JsonValueKind.String:
                return Text(scalar.GetValue<string>(), schema);
            default:
                var number = JsonNumber.Read(scalar);
                return number.IsInteger && schema?.Type != SchemaType.Number ? CelValue.Of(number.Integer) : CelValue.Of(number.Real);
        }
    }

    private static CelValue Text(string text, SchemaNode? schema) =>
        schema?.Format switch
        {
            "date-time" when Rfc3339.TryParse(text, out var time) => CelValue.Timestamp(time),
            "duration" when GoDuration.TryParse(text, out var span) => CelValue.Duration(span),
            _ => CelValue.Of(text),
        };
}
