using System.Text.Json;
using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Kubernetes.Schema;

/// <summary>The keywords and formats of schemas that are known here. docs/not-simulated.md says what is not, and why.</summary>
internal static class SchemaKeywords
{
    private static readonly Dictionary<string, JsonValueKind> Known = new(StringComparer.Ordinal)
    {
        ["$ref"] = JsonValueKind.String,
        ["additionalProperties"] = JsonValueKind.Object,
        ["default"] = JsonValueKind.Undefined,
        ["description"] = JsonValueKind.String,
        ["enum"] = JsonValueKind.Array,
        ["exclusiveMaximum"] = JsonValueKind.True,
        ["exclusiveMinimum"] = JsonValueKind.True,
        ["format"] = JsonValueKind.String,
        ["items"] = JsonValueKind.Object,
        ["maxItems"] = JsonValueKind.Number,
        ["maxLength"] = JsonValueKind.Number,
        ["maxProperties"] = JsonValueKind.Number,
        ["maximum"] = JsonValueKind.Number,
        ["minItems"] = JsonValueKind.Number,
        ["minLength"] = JsonValueKind.Number,
        ["minProperties"] = JsonValueKind.Number,
        ["minimum"] = JsonValueKind.Number,
        ["multipleOf"] = JsonValueKind.Number,
        ["nullable"] = JsonValueKind.True,
        ["pattern"] = JsonValueKind.String,
        ["properties"] = JsonValueKind.Object,
        ["required"] = JsonValueKind.Array,
        ["title"] = JsonValueKind.String,
        ["type"] = JsonValueKind.String,
        ["uniqueItems"] = JsonValueKind.True,
        ["x-kubernetes-embedded-resource"] = JsonValueKind.True,
        ["x-kubernetes-int-or-string"] = JsonValueKind.True,
        ["x-kubernetes-list-map-keys"] = JsonValueKind.Array,
        ["x-kubernetes-list-type"] = JsonValueKind.String,
        ["x-kubernetes-map-type"] = JsonValueKind.String,
        ["x-kubernetes-preserve-unknown-fields"] = JsonValueKind.True,
        ["x-kubernetes-validations"] = JsonValueKind.Array,
    };

    /// <summary>Refuses a schema that says more than is understood here.</summary>
    /// <exception cref="NotSimulatedException">It does.</exception>
    public static void Check(JsonObject schema, bool isRoot)
    {
        foreach (var (keyword, value) in schema)
        {
            Require(Known.TryGetValue(keyword, out var kind), $"the schema keyword {keyword}");
            Require(kind == JsonValueKind.Undefined || Is(kind, value), $"a schema whose {keyword} is of another type");
        }

        if (schema.Text("format") is { } format)
        {
            Require(
                (schema.Text("type"), format) is ("integer", "int32" or "int64") or ("string", "date-time" or "date" or "duration" or "byte"),
                $"the schema format {format} of a {schema.Text("type")}"
            );
        }

        var type = schema.Text("type");
        Require(!schema.Flag("x-kubernetes-int-or-string") || type is null, "x-kubernetes-int-or-string beside a type");
        Require(
            !schema.Flag("x-kubernetes-embedded-resource") || type == "object",
            "x-kubernetes-embedded-resource on something else than an object"
        );
        Require(
            !schema.ContainsKey("x-kubernetes-preserve-unknown-fields") || schema.Flag("x-kubernetes-preserve-unknown-fields"),
            "x-kubernetes-preserve-unknown-fields: false"
        );
        Require(!isRoot || (type == "object" && !schema.ContainsKey("default")), "a schema whose root is no plain object");
        Require(!schema.ContainsKey("x-kubernetes-list-type") || type == "array", "x-kubernetes-list-type on something else than an array");
        Require(
            schema.Text("x-kubernetes-list-type") is null or "atomic" or "map" or "set",
            "another x-kubernetes-list-type than atomic, map and set"
        );
        Require(
            schema.Text("x-kubernetes-list-type") != "set"
                || (schema["items"] as JsonObject).Text("type") is "string" or "integer" or "number" or "boolean",
            "a set of something else than scalars"
        );
        Require(
            schema.Text("x-kubernetes-list-type") != "map" || (schema["items"] is JsonObject items && HasScalarKeys(schema, items)),
            "a list of type map of something else than objects with different scalars as keys"
        );
        Require(
            !schema.ContainsKey("x-kubernetes-map-type") || (type == "object" && schema.Text("x-kubernetes-map-type") is "atomic" or "granular"),
            "x-kubernetes-map-type on something else than an object"
        );
    }

    private static bool HasScalarKeys(JsonObject list, JsonObject items)
    {
        var keys = list.Texts("x-kubernetes-list-map-keys");
        return items.Text("type") == "object"
            && keys.Distinct(StringComparer.Ordinal).Count() == keys.Count
            && keys.All(key =>
                items["properties"]?[key] is not JsonObject property
                || (property.Text("type") is "string" or "integer" or "number" or "boolean" && !property.Flag("nullable"))
            );
    }

    // A flag is true or false.
    private static bool Is(JsonValueKind kind, JsonNode? value) =>
        value?.GetValueKind() is { } given && (given == kind || (kind == JsonValueKind.True && given == JsonValueKind.False));

    private static void Require(bool known, string what)
    {
        if (!known)
        {
            throw new NotSimulatedException(what);
        }
    }
}
