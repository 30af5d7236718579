using System.Text.Json;
using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Errors;

namespace MultiEni.Simulator.Kubernetes.Types;

/// <summary>
/// Reads objects of built-in types as a server in Go does: what is unknown is dropped and told,
/// what is empty is left out where the type says so, and defaults are filled in.
/// </summary>
internal sealed class Decoding
{
    private readonly List<string> _strict;
    private readonly string _kind;
    private readonly bool _withDefaults;

    private Decoding(string kind, List<string> strict, bool withDefaults = true)
    {
        _kind = kind;
        _strict = strict;
        _withDefaults = withDefaults;
    }

    /// <summary>An object of a type of which nothing is set.</summary>
    public static JsonObject Empty(ObjectType type)
    {
        var result = new JsonObject();
        new Decoding(type.Name, [], withDefaults: false).Fill(result, [], type, "", "");
        return result;
    }

    /// <summary>The object as the server holds it; apiVersion and kind stay.</summary>
    /// <param name="obj">The object as sent; it is not changed.</param>
    /// <param name="type">Its type.</param>
    /// <param name="strict">Takes what is an error under strict validation.</param>
    /// <exception cref="DecodingException">A value does not fit its field.</exception>
    /// <exception cref="StatusException">501: a field is outside of what is supported.</exception>
    public static JsonObject Decode(JsonObject obj, ObjectType type, List<string> strict)
    {
        var result = new JsonObject { ["apiVersion"] = obj["apiVersion"]?.DeepClone(), ["kind"] = obj["kind"]?.DeepClone() };
        var rest = new JsonObject(
            obj.Where(static field => field.Key is not ("apiVersion" or "kind" or "metadata"))
                .Select(static field => KeyValuePair.Create(field.Key, field.Value?.DeepClone()))
        );
        result["metadata"] = DecodeMetadata(obj["metadata"], type.Name, strict);
        new Decoding(type.Name, strict).Fill(result, rest, type, "", "");
        return result;
    }

    /// <summary>
    /// The metadata of an object of any kind; of a custom object, the kind is empty.
    /// </summary>
    /// <exception cref="DecodingException">A value does not fit its field.</exception>
    public static JsonObject DecodeMetadata(JsonNode? metadata, string kind, List<string> strict)
    {
        if (metadata is not (null or JsonObject))
        {
            throw new DecodingException($"json: cannot unmarshal {Describe(metadata)} into Go struct field {kind}.metadata of type v1.ObjectMeta");
        }

        var result = new JsonObject();
        // That of custom objects is read on its own.
        new Decoding(kind, strict).Fill(result, metadata as JsonObject ?? [], BuiltInTypes.Metadata, kind.Length == 0 ? "" : "metadata", "metadata");
        return result;
    }

    private JsonObject Object(JsonObject obj, ObjectType type, string goPath, string path)
    {
        var result = new JsonObject();
        Fill(result, obj, type, goPath, path);
        return result;
    }

    private void Fill(JsonObject result, JsonObject obj, ObjectType type, string goPath, string path)
    {
        foreach (var (name, value) in obj)
        {
            if (type.Find(name) is not null)
            {
                continue;
            }

            if (type.IsPartial)
            {
                if (value is null)
                {
                    continue;
                }

                throw new NotSimulatedException($"{Join(path, name)} of a {_kind}");
            }

            _strict.Add($"unknown field \"{Join(path, name)}\"");
        }

        foreach (var field in type.Fields)
        {
            var value = obj[field.Name];
            var at = Join(goPath, field.Name);
            var decoded = value is null ? null : Value(value, field.Type, $"{type.Name}.{at}", at, Join(path, field.Name));
            if (decoded is null || (!field.IsPointer && IsEmpty(decoded, field.Type)))
            {
                decoded = (_withDefaults ? field.Default?.DeepClone() : null) ?? Zero(field, at, Join(path, field.Name));
            }

            if (decoded is not null || field.IsAlwaysWritten)
            {
                result[field.Name] = decoded;
            }
        }
    }

    private JsonNode? Zero(ObjectType.Field field, string goPath, string path) =>
        field.Type.Kind switch
        {
            _ when field.IsPointer => null,
            ValueKind.Object => Object([], field.Type.Fields!, goPath, path),
            _ when !field.IsAlwaysWritten => null,
            ValueKind.Text => "",
            ValueKind.Integer or ValueKind.IntOrString => 0,
            ValueKind.Flag => false,
            ValueKind.Quantity => "0",
            _ => null,
        };

    private static bool IsEmpty(JsonNode value, FieldType type) =>
        type.Kind switch
        {
            ValueKind.Text => value.GetValue<string>().Length == 0,
            ValueKind.Integer => value.GetValue<long>() == 0,
            ValueKind.Flag => !value.GetValue<bool>(),
            ValueKind.List => value is JsonArray { Count: 0 },
            ValueKind.Map => value is JsonObject { Count: 0 },
            _ => false,
        };

    private JsonNode? Value(JsonNode value, FieldType type, string field, string goPath, string path)
    {
        switch (type.Kind, value.GetValueKind())
        {
            case (ValueKind.Text, JsonValueKind.String):
                return value.DeepClone();
            case (ValueKind.Flag, JsonValueKind.True or JsonValueKind.False):
                return value.GetValueKind() == JsonValueKind.True;
            case (ValueKind.Integer, JsonValueKind.Number):
                return Integer(value, type, field);
            case (ValueKind.IntOrString, JsonValueKind.String):
                return value.DeepClone();
            case (ValueKind.IntOrString, JsonValueKind.Number):
                return Integer(value, type with { GoName = "int32" }, field);
            case (ValueKind.Bytes, JsonValueKind.String):
                return GoValues.Base64(value.GetValue<string>());
            case (ValueKind.Time, JsonValueKind.String):
                return GoValues.Time(value.GetValue<string>());
            case (ValueKind.MicroTime, JsonValueKind.String):
                return GoValues.MicroTime(value.GetValue<string>());
            case (ValueKind.Quantity, JsonValueKind.String):
                return Quantity.Parse(value.GetValue<string>()).ToString();
            case (ValueKind.Quantity, JsonValueKind.Number):
                return Quantity.Parse(value.ToJsonString()).ToString();
            case (ValueKind.Any, _):
                return value.DeepClone();
            case (ValueKind.Object, JsonValueKind.Object):
                return Object(value.AsObject(), type.Fields!, goPath, path);
            case (ValueKind.List, JsonValueKind.Array):
                var list = new JsonArray();
                foreach (var entry in value.AsArray())
                {
                    list.Add(
                        entry is null ? EmptyEntry(type.Element!, goPath, path) : Value(entry, type.Element!, field, goPath, $"{path}[{list.Count}]")
                    );
                }

                return list;
            case (ValueKind.Map, JsonValueKind.Object):
                var map = new JsonObject();
                foreach (var (key, entry) in value.AsObject().OrderBy(static entry => entry.Key, StringComparer.Ordinal))
                {
                    map[key] = entry is null ? EmptyEntry(type.Element!, goPath, path) : Value(entry, type.Element!, field, goPath, Join(path, key));
                }

                return map;
            default:
                throw new DecodingException($"json: cannot unmarshal {Describe(value)} into Go struct field {field} of type {type.GoName}");
        }
    }

    private JsonNode? EmptyEntry(FieldType type, string goPath, string path) =>
        type.Kind switch
        {
            ValueKind.Object => Object([], type.Fields!, goPath, path),
            ValueKind.Text or ValueKind.Bytes => "",
            ValueKind.Quantity => "0",
            _ => null,
        };

    private static JsonValue Integer(JsonNode value, FieldType type, string field)
    {
        var isInteger = value.ToJsonString() is var text && long.TryParse(text, out var number) && (type.GoName == "int64" || number == (int)number);
        return isInteger
            ? JsonValue.Create(long.Parse(text))
            : throw new DecodingException($"json: cannot unmarshal number {text} into Go struct field {field} of type {type.GoName}");
    }

    private static string Describe(JsonNode value) =>
        value.GetValueKind() switch
        {
            JsonValueKind.String => "string",
            JsonValueKind.Number => "number",
            JsonValueKind.Object => "object",
            JsonValueKind.Array => "array",
            _ => "bool",
        };

    private static string Join(string path, string field) => path.Length == 0 ? field : $"{path}.{field}";
}
