using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Resources;
using MultiEni.Simulator.Kubernetes.Schema;
using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Simulator.Kubernetes.Errors;

/// <summary>The refusals in the words of the API server: clients and users match on them.</summary>
internal static class StatusErrors
{
    private const string Forms = "application/json, application/yaml, application/vnd.kubernetes.protobuf";

    public static StatusException NotFound(ResourceDefinition resource, string name) =>
        new(404, "NotFound", $"{resource.GroupResource} \"{name}\" not found", Details(resource, name));

    public static StatusException UnknownPath() => new(404, "NotFound", "the server could not find the requested resource", []);

    public static StatusException AlreadyExists(ResourceDefinition resource, string name, string before = "") =>
        new(409, "AlreadyExists", $"{before}{resource.GroupResource} \"{name}\" already exists", Details(resource, name));

    public static StatusException Conflict(ResourceDefinition resource, string name, string why) =>
        new(409, "Conflict", $"Operation cannot be fulfilled on {resource.GroupResource} \"{name}\": {why}", Details(resource, name));

    public static StatusException AlreadyExists(ResourceDefinition resource, StoredObject existing) =>
        AlreadyExists(resource, existing.Key.Name, existing.IsBeingDeleted ? "object is being deleted: " : "");

    /// <summary>A condition of a deletion does not hold.</summary>
    public static StatusException FailedPrecondition(ResourceDefinition resource, string name, string why) =>
        new(
            409,
            "Conflict",
            $"Operation cannot be fulfilled on {(resource.Group.Length == 0 ? resource.Kind : $"{resource.Kind}.{resource.Group}")} \"{name}\": {why}",
            Details(resource.Kind, resource.Group, name)
        );

    public static StatusException StaleVersion(ResourceDefinition resource, string name) =>
        Conflict(resource, name, "the object has been modified; please apply your changes to the latest version and try again");

    public static StatusException BadRequest(string message) => new(400, "BadRequest", message);

    public static StatusException MethodNotAllowed() =>
        new(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", []);

    public static StatusException UnsupportedMediaType(string accepted = Forms) =>
        new(415, "UnsupportedMediaType", $"the body of the request was in an unknown format - accepted media types include: {accepted}");

    public static StatusException UnsupportedPatch() => new(415, "UnsupportedMediaType", "415: Unsupported Media Type", []);

    public static StatusException NotAcceptable() => new(406, "NotAcceptable", $"406: Not Acceptable\n\nAvailable representations: {Forms}", []);

    public static StatusException NotAcceptableForm() => new(406, "NotAcceptable", $"only the following media types are accepted: {Forms}");

    public static StatusException TooLarge() => new(413, "RequestEntityTooLarge", "Request entity too large: limit is 3145728");

    public static StatusException Expired(string message) => new(410, "Expired", message);

    public static StatusException TooLargeVersion(long wanted, long current) =>
        new(
            504,
            "Timeout",
            $"Timeout: Too large resource version: {wanted}, current: {current}",
            new JsonObject
            {
                ["causes"] = new JsonArray(new JsonObject { ["reason"] = "ResourceVersionTooLarge", ["message"] = "Too large resource version" }),
            }
        )
        {
            RetryAfterSeconds = 1,
        };

    public static StatusException Forbidden(ResourceDefinition resource, string name, string why) =>
        Forbidden(resource.Group, resource.Plural, name, why);

    public static StatusException Forbidden(string group, string resource, string name, string why)
    {
        var what = group.Length == 0 ? resource : $"{resource}.{group}";
        return new StatusException(
            403,
            "Forbidden",
            name.Length == 0 ? $"{what} is forbidden: {why}" : $"{what} \"{name}\" is forbidden: {why}",
            Details(resource, group, name)
        );
    }

    public static StatusException Invalid(ResourceDefinition resource, string name, IReadOnlyList<FieldError> errors) =>
        Invalid(resource.Kind, resource.Group, name, errors);

    public static StatusException Invalid(string kindName, string group, string name, IReadOnlyList<FieldError> errors)
    {
        var details = Details(kindName, group, name);
        var causes = new JsonArray();
        foreach (var error in errors)
        {
            causes.Add(
                (JsonNode)
                    new JsonObject
                    {
                        ["reason"] = error.Reason,
                        ["message"] = error.Message,
                        ["field"] = error.Path.Length == 0 ? "<nil>" : error.Path,
                    }
            );
        }

        details["causes"] = causes;
        var kind = group.Length == 0 ? kindName : $"{kindName}.{group}";
        var texts = errors.Select(static error => error.ToString()).Distinct(StringComparer.Ordinal).ToList();
        var list = texts.Count == 1 ? texts[0] : $"[{string.Join(", ", texts)}]";
        return new StatusException(422, "Invalid", $"{kind} \"{name}\" is invalid: {list}", details);
    }

    private static JsonObject Details(ResourceDefinition resource, string name) => Details(resource.Plural, resource.Group, name);

    private static JsonObject Details(string kind, string group, string name)
    {
        var details = new JsonObject();
        if (name.Length > 0)
        {
            details["name"] = name;
        }

        if (group.Length > 0)
        {
            details["group"] = group;
        }

        if (kind.Length > 0)
        {
            details["kind"] = kind;
        }

        return details;
    }
}
