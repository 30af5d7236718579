using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Access;
using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Resources;
using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Simulator.Kubernetes.Operations;

/// <summary>Binds pods to nodes and evicts them.</summary>
internal static class PodSubresources
{
    /// <summary>Puts a pod on a node.</summary>
    /// <exception cref="StatusException">404, 409 when it is on one, 500 when none is named.</exception>
    public static void Bind(ObjectStore store, ResourceDefinition pods, ObjectKey key, JsonObject binding, Action<AdmissionAttempt>? admission)
    {
        var node = binding.Text("target", "name") ?? "";
        if (node.Length == 0)
        {
            throw new StatusException(500, "", "target.name: Required value");
        }

        admission?.Invoke(
            new AdmissionAttempt("CREATE", pods, "binding", binding, OldObject: null)
            {
                Name = key.Name,
                Namespace = key.Namespace,
                Kind = ("", "v1", "Binding"),
            }
        );
        Change(
            store,
            pods,
            key,
            pod =>
            {
                if (pod.Text("spec", "nodeName") is { Length: > 0 } bound)
                {
                    throw new StatusException(
                        409,
                        "Conflict",
                        $"Operation cannot be fulfilled on pods/binding \"{key.Name}\": pod {key.Name} is already assigned to node \"{bound}\"",
                        new JsonObject { ["name"] = key.Name, ["kind"] = "pods/binding" }
                    );
                }

                ((JsonObject)pod["spec"]!)["nodeName"] = node;
                SetCondition(pod, "PodScheduled", store.Operations.Now(), reason: null, message: null);
            }
        );
    }

    /// <summary>Deletes a pod unless a disruption budget is against it.</summary>
    /// <exception cref="StatusException">400, 404, or 501 for a disruption budget.</exception>
    public static void Evict(
        ObjectStore store,
        ResourceDefinition pods,
        ObjectKey key,
        JsonObject eviction,
        bool isDryRun,
        Action<AdmissionAttempt>? admission
    )
    {
        var pod = (store.Ledger.Find(pods, key) ?? throw StatusErrors.NotFound(pods, key.Name)).Thaw();
        if (eviction.Text("metadata", "name") is { Length: > 0 } name && name != key.Name)
        {
            throw StatusErrors.BadRequest("name in URL does not match name in Eviction object");
        }

        admission?.Invoke(
            new AdmissionAttempt("CREATE", pods, "eviction", eviction, OldObject: null)
            {
                Name = key.Name,
                Namespace = key.Namespace,
                DryRun = isDryRun,
                Kind = ("policy", "v1", "Eviction"),
            }
        );
        if (pod.Text("status", "phase") is not ("Pending" or "Succeeded" or "Failed"))
        {
            CheckBudgets(store, key, pod);
        }

        if (isDryRun)
        {
            return;
        }

        Change(
            store,
            pods,
            key,
            evicted => SetCondition(evicted, "DisruptionTarget", store.Operations.Now(), "EvictionByEvictionAPI", "Eviction API: evicting")
        );
        store.Removals.Remove(pods, key, RemovalOptions.Default);
    }

    private static void CheckBudgets(ObjectStore store, ObjectKey key, JsonObject pod)
    {
        foreach (var budget in store.List("poddisruptionbudgets.policy", key.Namespace))
        {
            var selector = budget["spec"]?["selector"] as JsonObject;
            if (selector?["matchExpressions"] is not null)
            {
                throw StatusErrors.NotSupported("matchExpressions in the selector of a PodDisruptionBudget");
            }

            var labels = pod.Metadata()["labels"] as JsonObject ?? [];
            if (selector is not null && (selector["matchLabels"] as JsonObject ?? []).All(label => labels.Text(label.Key) == label.Value?.ToString()))
            {
                throw StatusErrors.NotSupported("the eviction of a pod that has a PodDisruptionBudget, whose status nobody writes");
            }
        }
    }

    private static void Change(ObjectStore store, ResourceDefinition pods, ObjectKey key, Action<JsonObject> change)
    {
        while (true)
        {
            var current = store.Ledger.Find(pods, key) ?? throw StatusErrors.NotFound(pods, key.Name);
            var pod = current.Thaw();
            change(pod);
            if (store.Ledger.TryPut(pods, current, key, pod) is not null)
            {
                return;
            }
        }
    }

    private static void SetCondition(JsonObject pod, string type, string now, string? reason, string? message)
    {
        var status = (JsonObject)pod["status"]!;
        if (status["conditions"] is not JsonArray conditions)
        {
            status["conditions"] = conditions = [];
        }

        var condition = new JsonObject
        {
            ["type"] = type,
            ["status"] = "True",
            ["lastProbeTime"] = null,
            ["lastTransitionTime"] = now,
        };
        if (reason is not null)
        {
            condition["reason"] = reason;
            condition["message"] = message;
        }

        foreach (var old in conditions.OfType<JsonObject>().Where(old => old.Text("type") == type).ToList())
        {
            conditions.Remove(old);
        }

        conditions.Add((JsonNode)condition);
    }
}
