using System.Text.Json;
using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Schema;

namespace MultiEni.Simulator.Kubernetes;

/// <summary>Reads untyped JSON without throwing on absent or mistyped values.</summary>
internal static class JsonReading
{
    public static string? Text(this JsonObject? obj, string field) =>
        obj?[field] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    public static string? Text(this JsonObject? obj, string parent, string field) => (obj?[parent] as JsonObject).Text(field);

    public static long? Integer(this JsonObject? obj, string field) =>
        obj?[field] is JsonValue value && value.GetValueKind() == JsonValueKind.Number
            ? JsonNumber.Read(value) is { IsInteger: true } whole
                ? whole.Integer
                : (long)value.GetValue<double>()
            : null;

    public static bool Flag(this JsonObject? obj, string field) => obj?[field] is JsonValue value && value.GetValueKind() == JsonValueKind.True;

    public static IReadOnlyList<string> Texts(this JsonObject? obj, string field) =>
        obj?[field] is JsonArray list
            ? [.. list.OfType<JsonValue>().Select(static value => value.TryGetValue<string>(out var text) ? text : value.ToString())]
            : [];

    /// <summary>The objects in a list.</summary>
    public static List<JsonObject> Objects(this JsonObject? obj, string field) => [.. (obj?[field] as JsonArray ?? []).OfType<JsonObject>()];

    /// <summary>The metadata of an object, added when absent.</summary>
    public static JsonObject Metadata(this JsonObject obj) => obj.Child("metadata");

    /// <summary>An object in an object, added when absent.</summary>
    public static JsonObject Child(this JsonObject obj, string field)
    {
        if (obj[field] is not JsonObject child)
        {
            obj[field] = child = [];
        }

        return child;
    }

    /// <summary>A list in an object, added when absent.</summary>
    public static JsonArray List(this JsonObject obj, string field)
    {
        if (obj[field] is not JsonArray list)
        {
            obj[field] = list = [];
        }

        return list;
    }

    /// <summary>
    /// The value at a dotted path as text, as field selectors compare it; empty when absent.
    /// </summary>
    public static string TextAt(this JsonObject obj, string dottedPath)
    {
        JsonNode? node = obj;
        foreach (var step in dottedPath.Split('.'))
        {
            node = (node as JsonObject)?[step];
        }

        return node switch
        {
            null => "",
            JsonValue value when value.TryGetValue<string>(out var text) => text,
            _ => node.ToJsonString(),
        };
    }

    /// <summary>The object itself, its fields in the order of their names.</summary>
    public static JsonObject Sorted(this JsonObject obj)
    {
        var fields = obj.OrderBy(static field => field.Key, StringComparer.Ordinal).ToList();
        obj.Clear();
        foreach (var (name, value) in fields)
        {
            obj[name] = value;
        }

        return obj;
    }

    /// <summary>The object itself, everything in it in the order of names.</summary>
    public static JsonObject SortedThroughout(this JsonObject obj)
    {
        foreach (var (_, value) in obj.Sorted())
        {
            foreach (var inner in value is JsonArray list ? list.OfType<JsonObject>() : [])
            {
                inner.SortedThroughout();
            }

            (value as JsonObject)?.SortedThroughout();
        }

        return obj;
    }

    public static JsonObject Copy(this JsonObject obj) => obj.DeepClone().AsObject();
}
