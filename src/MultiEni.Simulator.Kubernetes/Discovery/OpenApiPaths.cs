using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Http;
using MultiEni.Simulator.Kubernetes.Resources;

namespace MultiEni.Simulator.Kubernetes.Discovery;

/// <summary>Operations of a resource, as far as kubectl looks: it wants to know whether a patch takes <c>fieldValidation</c> and <c>dryRun</c>.</summary>
internal static class OpenApiPaths
{
    private static readonly string[] WriteParameters = ["dryRun", "fieldManager", "fieldValidation"];

    public static void Add(JsonObject paths, ResourceDefinition resource)
    {
        var collection = resource.RootPath + (resource.Namespaced ? "/namespaces/{namespace}/" : "/") + resource.Plural;
        paths[collection] = new JsonObject
        {
            ["get"] = Operation(resource, "list", []),
            ["post"] = Operation(resource, "post", WriteParameters, [MediaTypes.Json, MediaTypes.Yaml]),
            ["delete"] = Operation(resource, "deletecollection", ["dryRun"]),
        };
        paths[collection + "/{name}"] = new JsonObject
        {
            ["get"] = Operation(resource, "get", []),
            ["put"] = Operation(resource, "put", WriteParameters, [MediaTypes.Json, MediaTypes.Yaml]),
            ["delete"] = Operation(resource, "delete", ["dryRun"]),
            ["patch"] = Operation(
                resource,
                "patch",
                [.. WriteParameters, "force"],
                resource.IsCustom
                    ? [MediaTypes.JsonPatch, MediaTypes.MergePatch, MediaTypes.ApplyPatch]
                    : [MediaTypes.JsonPatch, MediaTypes.MergePatch, MediaTypes.ApplyPatch, MediaTypes.StrategicMergePatch]
            ),
        };
        if (resource.HasStatus)
        {
            var status = new JsonObject();
            foreach (var action in (ReadOnlySpan<string>)["get", "put", "patch"])
            {
                status[action] = paths[collection + "/{name}"]![action]!.DeepClone();
                status[action]!["operationId"] = Id(resource, action) + "Status";
            }

            paths[collection + "/{name}/status"] = status;
        }
    }

    private static JsonObject Operation(ResourceDefinition resource, string action, string[] parameters, string[]? bodyTypes = null)
    {
        var reference = BuiltInSchemas.Reference(BuiltInSchemas.NameOf(resource));
        var operation = new JsonObject
        {
            ["operationId"] = Id(resource, action),
            ["parameters"] = new JsonArray([.. parameters.Select(static name => (JsonNode)Parameter(name))]),
            ["responses"] = new JsonObject
            {
                ["200"] = new JsonObject
                {
                    ["description"] = "OK",
                    ["content"] = new JsonObject { [MediaTypes.Json] = new JsonObject { ["schema"] = reference } },
                },
            },
            ["x-kubernetes-action"] = action,
            ["x-kubernetes-group-version-kind"] = BuiltInSchemas.KindOf(resource),
        };
        if (bodyTypes is not null)
        {
            var content = new JsonObject();
            foreach (var type in bodyTypes)
            {
                content[type] = new JsonObject { ["schema"] = reference.DeepClone() };
            }

            operation["requestBody"] = new JsonObject { ["content"] = content };
        }

        return operation;
    }

    private static string Id(ResourceDefinition resource, string action)
    {
        var group = string.Concat(
            (resource.Group.Length == 0 ? "core" : resource.Group)
                .Split('.')
                .Append(resource.Version)
                .Select(static part => char.ToUpperInvariant(part[0]) + part[1..])
        );
        var verb = action switch
        {
            "post" => "create",
            "get" => "read",
            "put" => "replace",
            "deletecollection" => "delete",
            _ => action,
        };
        return $"{verb}{group}{(action == "deletecollection" ? "Collection" : "")}{(resource.Namespaced ? "Namespaced" : "")}{resource.Kind}";
    }

    private static JsonObject Parameter(string name) =>
        new()
        {
            ["name"] = name,
            ["in"] = "query",
            ["schema"] = new JsonObject { ["type"] = name == "force" ? "boolean" : "string" },
        };
}
