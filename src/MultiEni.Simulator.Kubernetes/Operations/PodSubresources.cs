using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Access;
using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Resources;
using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Simulator.Kubernetes.Operations;

/// <summary>Binds a pod to a node or evicts it.</summary>
internal sealed class PodSubresources(ObjectStore store, ResourceDefinition pods, ObjectKey key, Action<AdmissionAttempt>? admission)
{
    /// <summary>Puts the pod on a node.</summary>
    /// <exception cref="StatusException">
    /// 404, 409 when it is on one, 500 when none is named.
    /// </exception>
    public void Bind(JsonObject binding)
    {
        var node = binding.Text("target", "name") is { Length: > 0 } name ? name : throw new StatusException(500, "", "target.name: Required value");
        Admit("binding", ("", "v1", "Binding"), binding, isDryRun: false);
        Change(pod =>
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

            pod.Child("spec")["nodeName"] = node;
            SetCondition(pod, "PodScheduled");
        });
    }

    /// <summary>Deletes the pod.</summary>
    /// <exception cref="StatusException">
    /// 400, 404, or 501 where there is a disruption budget.
    /// </exception>
    public void Evict(JsonObject eviction, bool isDryRun)
    {
        if (store.Ledger.Find(pods, key) is null)
        {
            throw StatusErrors.NotFound(pods, key.Name);
        }

        if (eviction.Text("metadata", "name") is { Length: > 0 } name && name != key.Name)
        {
            throw StatusErrors.BadRequest("name in URL does not match name in Eviction object");
        }

        Admit("eviction", ("policy", "v1", "Eviction"), eviction, isDryRun);
        if (store.List("poddisruptionbudgets.policy", key.Namespace).Count > 0)
        {
            throw new NotSimulatedException("evictions where there is a PodDisruptionBudget, whose status nobody writes");
        }

        if (!isDryRun)
        {
            Change(pod => SetCondition(pod, "DisruptionTarget", "EvictionByEvictionAPI", "Eviction API: evicting"));
            store.Removals.Remove(pods, key, RemovalOptions.Default);
        }
    }

    private void Admit(string subresource, (string, string, string) kind, JsonObject obj, bool isDryRun) =>
        admission?.Invoke(
            new AdmissionAttempt("CREATE", pods, subresource, obj, OldObject: null)
            {
                Name = key.Name,
                Namespace = key.Namespace,
                DryRun = isDryRun,
                Kind = kind,
            }
        );

    private void Change(Action<JsonObject> change)
    {
        StoredObject current;
        JsonObject pod;
        do
        {
            current = store.Ledger.Find(pods, key) ?? throw StatusErrors.NotFound(pods, key.Name);
            pod = current.Thaw();
            change(pod);
        } while (store.Ledger.TryPut(pods, current, key, pod) is null);
    }

    private void SetCondition(JsonObject pod, string type, string? reason = null, string? message = null)
    {
        var condition = new JsonObject
        {
            ["type"] = type,
            ["status"] = "True",
            ["lastProbeTime"] = null,
            ["lastTransitionTime"] = store.Operations.Now(),
        };
        if (reason is not null)
        {
            condition["reason"] = reason;
            condition["message"] = message;
        }

        var conditions = pod.Child("status").List("conditions");
        conditions.RemoveAll(old => (old as JsonObject).Text("type") == type);
        conditions.Add((JsonNode)condition);
    }
}
