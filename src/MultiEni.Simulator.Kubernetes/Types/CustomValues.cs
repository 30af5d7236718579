using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Schema;

namespace MultiEni.Simulator.Kubernetes.Types;

/// <summary>
/// Rewrites whole numbers of custom objects that are written as fractions, in place. Rules still
/// see them as they came.
/// </summary>
internal static class CustomValues
{
    public static void ReadNumbers(JsonNode? node, SchemaNode schema)
    {
        switch (node)
        {
            case JsonObject obj:
                foreach (var (name, value) in obj.ToList())
                {
                    if (schema.Child(name) is { } child && Whole(value, child) is { } whole)
                    {
                        obj[name] = whole;
                    }
                    else if (schema.Child(name) is { } inner)
                    {
                        ReadNumbers(value, inner);
                    }
                }

                break;
            case JsonArray list when schema.Items is { } items:
                for (var index = 0; index < list.Count; index++)
                {
                    if (Whole(list[index], items) is { } whole)
                    {
                        list[index] = whole;
                    }
                    else
                    {
                        ReadNumbers(list[index], items);
                    }
                }

                break;
        }
    }

    private static JsonValue? Whole(JsonNode? value, SchemaNode schema) =>
        schema.Type == SchemaType.Integer
        && value?.GetValueKind() == JsonValueKind.Number
        && value.ToJsonString() is var text
        && text.AsSpan().IndexOfAny('.', 'e', 'E') >= 0
        && double.Parse(text, CultureInfo.InvariantCulture) is var number
        && Math.Abs(number) < 1e15
        && number == Math.Truncate(number)
            ? JsonValue.Create((long)number)
            : null;
}
