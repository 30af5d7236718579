using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using MultiEni.Simulator.Kubernetes.Access;
using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Operations;
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
        Action<AdmissionAttempt>? admission,
        CancellationToken cancellationToken
    )
    {
        var key = new ObjectKey(route.Namespace, route.Name);
        switch (resource.GroupResource, route.Subresource)
        {
            case ("pods", "binding") when HttpMethods.IsPost(request.Method):
                var binding = (await RequestBody.ReadAsync(request, cancellationToken)).Object;
                PodSubresources.Bind(store, resource, key, binding, admission);
                return Success();
            case ("pods", "eviction") when HttpMethods.IsPost(request.Method):
                var eviction = (await RequestBody.ReadAsync(request, cancellationToken)).Object;
                var isDryRun = request.Query["dryRun"] == "All" || (eviction["deleteOptions"] as JsonObject).Texts("dryRun").Contains("All");
                PodSubresources.Evict(store, resource, key, eviction, isDryRun, admission);
                return Success();
            case
            ("pods", "log" or "exec" or "attach" or "portforward" or "ephemeralcontainers" or "resize" or "proxy")
            or
            ("nodes", "proxy")
            or
            ("serviceaccounts", "token")
            or
            ("namespaces", "finalize")
            or ("deployments.apps", "scale"):
                throw store.Ledger.Find(resource, key) is null
                    ? StatusErrors.NotFound(resource, route.Name)
                    : StatusErrors.NotSupported($"{resource.Plural}/{route.Subresource}");
            case var _ when resource.IsCustom:
                throw StatusErrors.NotFound(resource, route.Name);
            case ("pods", "binding" or "eviction"):
                throw StatusErrors.MethodNotAllowed();
            default:
                throw StatusErrors.UnknownPath();
        }
    }

    private static Answer.Body Success() =>
        Answer.Json(
            new JsonObject
            {
                ["kind"] = "Status",
                ["apiVersion"] = "v1",
                ["metadata"] = new JsonObject(),
                ["status"] = "Success",
                ["code"] = 201,
            },
            201
        );
}
