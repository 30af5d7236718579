using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Simulator.Cluster.Scheduling;

/// <summary>Binds pods to nodes with room for them. Called by one <see cref="Sequencer"/> only.</summary>
internal sealed class Scheduler(ObjectStore store, Sequencer sequencer, TimeProvider time)
{
    private readonly SortedDictionary<string, NodeOffer> nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> versions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<string, long>> used = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Node, PodNeeds Needs)> bound = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonObject> waiting = new(StringComparer.Ordinal);
    private bool retryIsPosted;

    internal void SeeNode(JsonObject node, bool gone)
    {
        if (gone)
        {
            nodes.Remove(node.Name);
        }
        else
        {
            Remember(node);
        }

        RetryWaiting();
    }

    internal void SeePod(JsonObject pod, bool gone)
    {
        waiting.Remove(pod.Uid);
        if (gone || pod.Phase is "Succeeded" or "Failed")
        {
            Forget(pod.Uid);
        }
        else if (pod.NodeName.Length > 0)
        {
            Count(pod.Uid, pod.NodeName, PodNeeds.Of(pod));
        }
        else if (
            !pod.IsBeingDeleted
            && !bound.ContainsKey(pod.Uid)
            && pod["spec"]?["schedulerName"]?.GetValue<string>() is null or "default-scheduler"
        )
        {
            Place(pod);
        }
    }

    private void Place(JsonObject pod)
    {
        var needs = PodNeeds.Of(pod);
        var placement = PlacementOf(needs);

        // Pods and nodes come over watches of their own: a pod may arrive before the change of a node that was made before it.
        while (placement is Placement.OnNode { Node: var chosen } && HasChangedUnseen(chosen))
        {
            placement = PlacementOf(needs);
        }

        try
        {
            if (placement is Placement.OnNode { Node: var node })
            {
                Count(pod.Uid, node, needs);
                store.Change("pods", pod.Name, live => live["spec"]!["nodeName"] = node, WriteOptions.Default, pod.Namespace);
            }
            else if (placement is Placement.Nowhere { Message: var message })
            {
                waiting[pod.Uid] = pod;
                store.Change("pods", pod.Name, live => SetUnschedulable(live, message), WriteOptions.Status, pod.Namespace);
            }
        }
        catch (StatusException)
        {
            // The pod went meanwhile; its watch event says so.
            Forget(pod.Uid);
        }
    }

    private Placement PlacementOf(PodNeeds needs) =>
        Placement.Of(needs, [.. nodes.Values.Select(node => (node, (IReadOnlyDictionary<string, long>)UsedOn(node.Name)))]);

    private bool HasChangedUnseen(string name)
    {
        if (store.Find("nodes", name) is not { } live)
        {
            return nodes.Remove(name);
        }

        return Remember(live);
    }

    private bool Remember(JsonObject node)
    {
        var version = node["metadata"]!["resourceVersion"]!.GetValue<string>();
        var isNew = !versions.TryGetValue(node.Name, out var known) || known != version;
        versions[node.Name] = version;
        nodes[node.Name] = NodeOffer.Of(node);
        return isNew;
    }

    private Dictionary<string, long> UsedOn(string node) => used.GetValueOrDefault(node, []);

    private void SetUnschedulable(JsonObject pod, string message)
    {
        var status = pod["status"] as JsonObject ?? [];
        pod["status"] = status;
        if ((status["conditions"] as JsonArray)?.FirstOrDefault()?["message"]?.GetValue<string>() == message)
        {
            return;
        }

        status["phase"] = "Pending";
        status["conditions"] = new JsonArray(PodStatuses.Condition("PodScheduled", "False", "Unschedulable", message, PodStatuses.Time(time)));
    }

    private void RetryWaiting()
    {
        if (retryIsPosted || waiting.Count == 0)
        {
            return;
        }

        retryIsPosted = true;
        sequencer.Post(() =>
        {
            retryIsPosted = false;
            foreach (var pod in waiting.Values.ToList())
            {
                waiting.Remove(pod.Uid);
                Place(pod);
            }
        });
    }

    private void Count(string uid, string node, PodNeeds needs)
    {
        if (!bound.TryAdd(uid, (node, needs)))
        {
            return;
        }

        if (!used.TryGetValue(node, out var amounts))
        {
            used[node] = amounts = new Dictionary<string, long>(StringComparer.Ordinal);
        }

        foreach (var (resource, amount) in needs.Resources)
        {
            amounts[resource] = amounts.GetValueOrDefault(resource) + amount;
        }
    }

    private void Forget(string uid)
    {
        if (!bound.Remove(uid, out var pod))
        {
            return;
        }

        var amounts = used[pod.Node];
        foreach (var (resource, amount) in pod.Needs.Resources)
        {
            amounts[resource] -= amount;
        }

        RetryWaiting();
    }
}
