using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Schema;
using MultiEni.Simulator.Kubernetes.Schema.Cel;

namespace MultiEni.Simulator.Kubernetes.Access;

/// <summary>The variables that expressions of admission policies see, and their types as far as they are known beforehand.</summary>
internal static class AdmissionExpressions
{
    // Objects are of any kind, so their fields are known at run time only; a misspelt field of the request is found when a policy is written.
    private static readonly CelType Request = CelType.Of(
        SchemaCompiler.Compile(
            JsonNode
                .Parse(
                    """
                    {"type": "object", "properties": {
                      "kind": {"type": "object", "properties": {"group": {"type": "string"}, "version": {"type": "string"}, "kind": {"type": "string"}}},
                      "resource": {"type": "object", "properties": {"group": {"type": "string"}, "version": {"type": "string"}, "resource": {"type": "string"}}},
                      "subResource": {"type": "string"},
                      "name": {"type": "string"},
                      "namespace": {"type": "string"},
                      "operation": {"type": "string"},
                      "dryRun": {"type": "boolean"},
                      "userInfo": {"type": "object", "properties": {
                        "username": {"type": "string"},
                        "groups": {"type": "array", "items": {"type": "string"}},
                        "extra": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}}}}
                    }}
                    """
                )!
                .AsObject()
        )
    );

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
    public static Dictionary<string, CelValue> Values(UserInfo user, AdmissionAttempt attempt, CelMap variables)
    {
        var resource = attempt.Resource;
        var request = new JsonObject
        {
            ["kind"] = new JsonObject
            {
                ["group"] = resource.Group,
                ["version"] = resource.Version,
                ["kind"] = resource.Kind,
            },
            ["resource"] = new JsonObject
            {
                ["group"] = resource.Group,
                ["version"] = resource.Version,
                ["resource"] = resource.Plural,
            },
            ["subResource"] = attempt.Subresource,
            ["name"] = attempt.Name,
            ["namespace"] = attempt.Namespace,
            ["operation"] = attempt.Operation,
            ["userInfo"] = user.ToJson(),
        };
        return new Dictionary<string, CelValue>(StringComparer.Ordinal)
        {
            ["object"] = CelJson.ToValue(attempt.Object, schema: null),
            ["oldObject"] = CelJson.ToValue(attempt.OldObject, schema: null),
            ["request"] = CelJson.ToValue(request, schema: null),
            ["variables"] = CelValue.Of(variables),
        };
    }
}
