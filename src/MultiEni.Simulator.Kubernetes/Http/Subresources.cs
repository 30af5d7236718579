using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Resources;
using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Simulator.Kubernetes.Http;

/// <summary>Subresources other than status. Those that reach into containers cannot be served: there are none.</summary>
internal static class Subresources
{
    public static async Task<Answer> AnswerAsync(
        ObjectStore store,
        ResourceDefinition resource,
        Route route,
        HttpRequest request,
        CancellationToken cancellationToken
    )
    {
        switch (resource.GroupResource, route.Subresource)
        {
            case ("pods", "binding") when HttpMethods.IsPost(request.Method):
                var binding = await RequestBody.ReadObjectAsync(request, cancellationToken);
                Bind(store, route, binding.Text("target", "name") ?? "");
                return Success(201);
            case ("pods", "eviction") when HttpMethods.IsPost(request.Method):
                store.Removals.Remove(resource, new ObjectKey(route.Namespace, route.Name), RemovalOptions.Default);
                return Success(201);
            case ("pods", "log" or "exec" or "attach" or "portforward") or ("nodes", "proxy"):
                throw new StatusException(
                    501,
                    "NotImplemented",
                    $"{resource.Plural}/{route.Subresource} is not available: this is a simulated API server, its pods have no containers"
                );
            default:
                throw StatusErrors.UnknownPath();
        }
    }

    private static void Bind(ObjectStore store, Route route, string node)
    {
        store.Change(
            "pods",
            route.Name,
            pod =>
            {
                if (pod["spec"] is not JsonObject spec)
                {
                    pod["spec"] = spec = [];
                }

                if (spec.Text("nodeName") is { Length: > 0 } bound)
                {
                    throw new StatusException(
                        409,
                        "Conflict",
                        $"Operation cannot be fulfilled on pods/binding \"{route.Name}\": pod {route.Name} is already assigned to node \"{bound}\""
                    );
                }

                spec["nodeName"] = node;
            },
            inNamespace: route.Namespace
        );
    }

    private static Answer.Body Success(int code) =>
        Answer.Json(
            new JsonObject
            {
                ["kind"] = "Status",
                ["apiVersion"] = "v1",
                ["metadata"] = new JsonObject(),
                ["status"] = "Success",
                ["code"] = code,
            },
            code
        );
}
