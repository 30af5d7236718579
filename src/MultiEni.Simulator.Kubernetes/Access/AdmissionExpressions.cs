using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Schema.Cel;

namespace MultiEni.Simulator.Kubernetes.Access;

/// <summary>
/// The variables that expressions of admission policies see, and their types as far as they are
/// known beforehand.
/// </summary>
internal static class AdmissionExpressions
{
    private static readonly string[] MetadataLists = ["labels", "annotations", "finalizers", "ownerReferences"];

    private static readonly CelType Texts = CelType.Of(CelKind.List, CelType.String);
    private static readonly CelType Kind = Strings("group", "version", "kind");
    private static readonly CelType Plural = Strings("group", "version", "resource");

    // Objects are of any kind, so their fields are known at run time only; a misspelt field of the
    // request is found when a policy is written.
    private static readonly CelType Request = Object([
        ("kind", Kind),
        ("resource", Plural),
        ("requestKind", Kind),
        ("requestResource", Plural),
        ("dryRun", CelType.Bool),
        ("userInfo", Object([.. Strings("username", "uid").Fields.Select(Pair), ("groups", Texts), ("extra", CelType.Of(CelKind.Map, Texts))])),
        .. Strings("subResource", "requestSubResource", "name", "namespace", "operation").Fields.Select(Pair),
    ]);

    /// <summary>The types of what expressions see, but for the policy's own variables.</summary>
    public static Dictionary<string, CelType> Types() =>
        new(StringComparer.Ordinal)
        {
            ["object"] = CelType.Dyn,
            ["oldObject"] = CelType.Dyn,
            ["request"] = Request,
        };

    /// <summary>The values of one attempt.</summary>
    public static CelScope Values(UserInfo user, AdmissionAttempt attempt) =>
        new(
            "object",
            CelJson.ToValue(WithoutEmptyMetadata(attempt.Object), schema: null),
            new CelScope(
                "oldObject",
                CelJson.ToValue(WithoutEmptyMetadata(attempt.OldObject), schema: null),
                new CelScope("request", CelJson.ToValue(Describe(user, attempt), schema: null), Outer: null)
            )
        );

    /// <summary>An object with these fields.</summary>
    public static CelType Object(params (string Name, CelType Type)[] fields) =>
        new(CelKind.Object) { Fields = fields.ToDictionary(static field => field.Name, static field => field.Type, StringComparer.Ordinal) };

    private static CelType Strings(params string[] names) => Object(Array.ConvertAll(names, static name => (name, CelType.String)));

    private static (string, CelType) Pair(KeyValuePair<string, CelType> field) => (field.Key, field.Value);

    // The server reads metadata into a struct and serialises that, without its empty fields; of
    // custom resources too.
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

    // The server evaluates the serialised AdmissionRequest, in which an empty field is not there:
    // to read it is an error, and has() is false.
    // https://pkg.go.dev/k8s.io/api/admission/v1#AdmissionRequest: the fields with omitempty.
    private static JsonObject Describe(UserInfo user, AdmissionAttempt attempt)
    {
        var resource = attempt.Resource;
        var kind = new JsonObject
        {
            ["group"] = attempt.Kind.Group,
            ["version"] = attempt.Kind.Version,
            ["kind"] = attempt.Kind.Kind,
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
