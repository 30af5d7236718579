using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Kubernetes.Schema;

/// <summary>The keywords and formats of schemas that are known here. docs/not-simulated.md says what is not, and why.</summary>
internal static class SchemaKeywords
{
    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "$ref",
        "additionalProperties",
        "default",
        "description",
        "enum",
        "exclusiveMaximum",
        "exclusiveMinimum",
        "format",
        "items",
        "maxItems",
        "maxLength",
        "maxProperties",
        "maximum",
        "minItems",
        "minLength",
        "minProperties",
        "minimum",
        "multipleOf",
        "nullable",
        "pattern",
        "properties",
        "required",
        "title",
        "type",
        "uniqueItems",
        "x-kubernetes-embedded-resource",
        "x-kubernetes-int-or-string",
        "x-kubernetes-list-map-keys",
        "x-kubernetes-list-type",
        "x-kubernetes-map-type",
        "x-kubernetes-preserve-unknown-fields",
        "x-kubernetes-validations",
    };

    /// <summary>Refuses a schema that says more than is understood here.</summary>
    /// <exception cref="NotSimulatedException">It does.</exception>
    public static void Check(JsonObject schema, bool isRoot)
    {
        foreach (var (keyword, _) in schema)
        {
            Require(Known.Contains(keyword), $"the schema keyword {keyword}");
        }

        if (schema.Text("format") is { } format)
        {
            Require(
                (schema.Text("type"), format) is ("integer", "int32" or "int64") or ("string", "date-time" or "date" or "duration" or "byte"),
                $"the schema format {format} of a {schema.Text("type")}"
            );
        }

        var type = schema.Text("type");
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
            !schema.ContainsKey("x-kubernetes-map-type") || (type == "object" && schema.Text("x-kubernetes-map-type") is "atomic" or "granular"),
            "x-kubernetes-map-type on something else than an object"
        );
    }

    private static void Require(bool known, string what)
    {
        if (!known)
        {
            throw new NotSimulatedException(what);
        }
    }
}
