using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Schema;
using MultiEni.Simulator.Kubernetes.Schema.Cel;

namespace MultiEni.Simulator.Kubernetes.Access;

/// <summary>The variables that expressions of admission policies see, and their types as far as they are known beforehand.</summary>
internal static class AdmissionExpressions
{
    // Objects are of any kind, so their fields are known at run time only; a misspelt field of the request is found when a policy is written.
    // request.options is left out: what a request leaves to defaults is not kept here, so a policy that asks for it is refused.
    private static readonly CelType Request = CelType.Of(
        SchemaCompiler.Compile(
            JsonNode
                .Parse(
                    """
                    {"type": "object", "properties": {
                      "kind": {"type": "object", "properties": {"group": {"type": "string"}, "version": {"type": "string"}, "kind": {"type": "string"}}},
                      "resource": {"type": "object", "properties": {"group": {"type": "string"}, "version": {"type": "string"}, "resource": {"type": "string"}}},
                      "subResource": {"type": "string"},
                      "requestKind": {"type": "object", "properties": {"group": {"type": "string"}, "version": {"type": "string"}, "kind": {"type": "string"}}},
                      "requestResource": {"type": "object", "properties": {"group": {"type": "string"}, "version": {"type": "string"}, "resource": {"type": "string"}}},
                      "requestSubResource": {"type": "string"},
                      "name": {"type": "string"},
                      "namespace": {"type": "string"},
                      "operation": {"type": "string"},
                      "dryRun": {"type": "boolean"},
                      "userInfo": {"type": "object", "properties": {
                        "username": {"type": "string"},
                        "uid": {"type": "string"},
                        "groups": {"type": "array", "items": {"type": "string"}},
                        "extra": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}}}}
                    }}
                    """
                )!
                .AsObject()
        )
    );

    private static readonly string[] MetadataLists = ["labels", "annotations", "finalizers", "ownerReferences"];

    /// <summary>Compiles an expression.</summary>
    /// <param name="source">Its text.</param>
    /// <param name="variables">Names of the policy's own variables that it may use.</param>
    /// <param name="result">What it must yield; null for anything.</param>
    /// <exception cref="CelSyntaxException">With the place of the error.</exception>
    public static CelProgram Compile(string source, IEnumerable<string> variables, CelKind? result)
    {
        var own = new JsonObject();
        foreach (var name in variables)
        {
            own[name] = new JsonObject { ["x-kubernetes-preserve-unknown-fields"] = true };
        }

        var types = new Dictionary<string, CelType>(StringComparer.Ordinal)
        {
            ["object"] = CelType.Dynamic,
            ["oldObject"] = CelType.Dynamic,
            ["request"] = Request,
            ["variables"] = CelType.Of(SchemaCompiler.Compile(new JsonObject { ["type"] = "object", ["properties"] = own })),
        };
        return CelProgram.Compile(source, types, result);
    }

    /// <summary>The values of one attempt.</summary>
    public static Dictionary<string, CelValue> Values(UserInfo user, AdmissionAttempt attempt, CelMap variables) =>
        new(StringComparer.Ordinal)
        {
            ["object"] = CelJson.ToValue(WithoutEmptyMetadata(attempt.Object), schema: null),
            ["oldObject"] = CelJson.ToValue(WithoutEmptyMetadata(attempt.OldObject), schema: null),
            ["request"] = CelJson.ToValue(Describe(user, attempt), schema: null),
            ["variables"] = CelValue.Of(variables),
        };

    // The server reads metadata into a struct and serialises that, without its empty fields; of custom resources too.
    private static JsonObject? WithoutEmptyMetadata(JsonObject? obj)
    {
        var empty = Array.FindAll(MetadataLists, field => obj?["metadata"] is JsonObject metadata && IsEmpty(metadata, field));
        if (empty.Length == 0)
        {
            return obj;
        }

        var copy = obj!.Copy();
        foreach (var field in empty)
        {
            copy.Metadata().Remove(field);
        }

        return copy;
    }

    private static bool IsEmpty(JsonObject metadata, string field) =>
        metadata.TryGetPropertyValue(field, out var value) && value is null or JsonObject { Count: 0 } or JsonArray { Count: 0 };

    // The server evaluates the serialised AdmissionRequest, in which an empty field is not there: to read it is an error, and has() is false.
    // https://pkg.go.dev/k8s.io/api/admission/v1#AdmissionRequest: the fields with omitempty.
    private static JsonObject Describe(UserInfo user, AdmissionAttempt attempt)
    {
        var resource = attempt.Resource;
        var kind = new JsonObject
        {
            ["group"] = resource.Group,
            ["version"] = resource.Version,
            ["kind"] = resource.Kind,
        };
        var plural = new JsonObject
        {
            ["group"] = resource.Group,
            ["version"] = resource.Version,
            ["resource"] = resource.Plural,
        };
        var request = new JsonObject
        {
            ["kind"] = kind,
            ["resource"] = plural,
            ["requestKind"] = kind.DeepClone(),
            ["requestResource"] = plural.DeepClone(),
            ["operation"] = attempt.Operation,
            ["dryRun"] = attempt.DryRun,
            ["userInfo"] = user.ToJson(),
        };
        SetUnlessEmpty(request, "subResource", attempt.Subresource);
        SetUnlessEmpty(request, "requestSubResource", attempt.Subresource);
        SetUnlessEmpty(request, "name", attempt.Name);
        SetUnlessEmpty(request, "namespace", attempt.Namespace);
        return request;
    }

    private static void SetUnlessEmpty(JsonObject request, string field, string value)
    {
        if (value.Length > 0)
        {
            request[field] = value;
        }
    }
}
