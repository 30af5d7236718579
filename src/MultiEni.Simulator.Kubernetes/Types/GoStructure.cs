using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Kubernetes.Types;

/// <summary>
/// Values as some messages show them: the JSON of the structures in which the server holds them.
/// Their fields are called as in Go, and are all there.
/// </summary>
internal static class GoStructure
{
    private static readonly JsonWriterOptions Unescaped = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A value of a type in <c>BuiltIn.types</c>.</summary>
    public static string Show(JsonNode? value, string type) => Text(Object(value as JsonObject ?? [], BuiltInTypes.Find(type)!));

    /// <summary>A list of values of such a type.</summary>
    public static string ShowList(JsonArray list, string type) =>
        Text(new JsonArray([.. list.OfType<JsonObject>().Select(entry => (JsonNode)Object(entry, BuiltInTypes.Find(type)!))]));

    private static JsonObject Object(JsonObject value, ObjectType type)
    {
        var shown = new JsonObject();
        foreach (var field in type.Fields)
        {
            if (field.Type.Fields == BuiltInTypes.Metadata)
            {
                // It is embedded, and called as in the API.
                foreach (var (name, inner) in value[field.Name] as JsonObject ?? [])
                {
                    shown[name] = inner?.DeepClone();
                }
            }
            else
            {
                shown[NameOf(field.Name)] = Value(value[field.Name], field.Type, field.IsPointer);
            }
        }

        return shown;
    }

    private static JsonNode? Value(JsonNode? value, FieldType type, bool isPointer) =>
        (type.Kind, value) switch
        {
            (ValueKind.Object, null) when !isPointer => Object([], type.Fields!),
            (ValueKind.Text, null) when !isPointer => "",
            (ValueKind.Integer, null) when !isPointer => 0,
            (_, null) => null,
            (ValueKind.Object, _) => Object(value.AsObject(), type.Fields!),
            (ValueKind.List, _) => new JsonArray([.. value.AsArray().Select(entry => Value(entry, type.Element!, isPointer: false))]),
            (ValueKind.Map, _) => new JsonObject(
                value.AsObject().Select(entry => KeyValuePair.Create(entry.Key, Value(entry.Value, type.Element!, isPointer: false)))
            ),
            _ => value.DeepClone(),
        };

    private static string NameOf(string field) => field == "cel" ? "CEL" : char.ToUpperInvariant(field[0]) + field[1..];

    // Go escapes what HTML could take for markup.
    public static string Text(JsonNode node)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Unescaped))
        {
            node.WriteTo(writer);
        }

        return System
            .Text.Encoding.UTF8.GetString(buffer.GetBuffer().AsSpan(0, (int)buffer.Length))
            .Replace("<", "\\u003c", StringComparison.Ordinal)
            .Replace(">", "\\u003e", StringComparison.Ordinal)
            .Replace("&", "\\u0026", StringComparison.Ordinal);
    }
}
