using System.Text.Json.Nodes;
using MultiEni.Operator.Client;
using MultiEni.Operator.Informers;
using MultiEni.Simulator.Nodes.Cluster;

namespace MultiEni.Simulator.Nodes.Scheduling;

/// <summary>Binds pods to nodes with room for them.</summary>
internal sealed class Scheduler(ClusterPart part, string name, TimeProvider time)
{
    private readonly SortedDictionary<string, NodeOffer> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _versions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<string, long>> _used = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Node, PodNeeds Needs)> _bound = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ClusterObject> _waiting = new(StringComparer.Ordinal);
    private bool _retryIsPosted;

    internal async Task StartAsync(CancellationToken cancellationToken)
    {
        await part.FollowAsync(ClusterKinds.Nodes, InformerScope.All, SeeNodeAsync, cancellationToken);
        await part.FollowAsync(ClusterKinds.Pods, InformerScope.All, SeePodAsync, cancellationToken);
    }

    private Task SeeNodeAsync(ClusterObject node, bool gone)
    {
        if (gone)
        {
            _nodes.Remove(node.Name);
        }
        else
        {
            Remember(node);
        }

        RetryWaiting();
        return Task.CompletedTask;
    }

    private async Task SeePodAsync(ClusterObject pod, bool gone)
    {
        _waiting.Remove(pod.Uid);
        if (gone || pod.Phase is "Succeeded" or "Failed")
        {
            Forget(pod.Uid);
        }
        else if (pod.NodeName.Length > 0)
        {
            Count(pod.Uid, pod.NodeName, PodNeeds.Of(pod));
        }
        else if (!pod.Metadata.IsBeingDeleted && !_bound.ContainsKey(pod.Uid) && pod["spec"]?["schedulerName"]?.GetValue<string>() == name)
        {
            await PlaceAsync(pod);
        }
    }

    private async Task PlaceAsync(ClusterObject pod)
    {
        var needs = PodNeeds.Of(pod);
        var placement = PlacementOf(needs);

        // Pods and nodes come over watches of their own: a pod may arrive before the change of a node that was made before it.
        while (placement is Placement.OnNode { Node: var chosen } && await HasChangedUnseenAsync(chosen))
        {
            placement = PlacementOf(needs);
        }

        if (placement is Placement.OnNode { Node: var node })
        {
            Count(pod.Uid, node, needs);
            if (await part.AskAsync((client, stop) => client.CreateAsync(ClusterKinds.Bindings, Binding(pod, node), "binding", stop)) is null)
            {
                // The pod went meanwhile, or somebody else placed it; its watch event says so.
                Forget(pod.Uid);
            }
        }
        else if (placement is Placement.Nowhere { Message: var message })
        {
            _waiting[pod.Uid] = pod;
            await SetUnschedulableAsync(pod, message);
        }
    }

    private Placement PlacementOf(PodNeeds needs) =>
        Placement.Of(needs, [.. _nodes.Values.Select(node => (node, (IReadOnlyDictionary<string, long>)UsedOn(node.Name)))]);

    private async Task<bool> HasChangedUnseenAsync(string node) =>
        await part.AskAsync((client, stop) => client.GetAsync(ClusterKinds.Nodes, ObjectKey.Cluster(node), stop)) is { } live
            ? Remember(live)
            : _nodes.Remove(node);

    private bool Remember(ClusterObject node)
    {
        var version = node.Metadata.ResourceVersion!;
        var isNew = _versions.GetValueOrDefault(node.Name) != version;
        _versions[node.Name] = version;
        _nodes[node.Name] = NodeOffer.Of(node);
        return isNew;
    }

    private Dictionary<string, long> UsedOn(string node) => _used.GetValueOrDefault(node, []);

    private async Task SetUnschedulableAsync(ClusterObject pod, string message)
    {
        if (pod["status"]?["conditions"]?.AsArray().FirstOrDefault()?["message"]?.GetValue<string>() != message)
        {
            var condition = PodStatuses.Condition("PodScheduled", "False", "Unschedulable", message, PodStatuses.Time(time));
            var status = new JsonObject { ["conditions"] = new JsonArray(condition) };
            await part.WritePodStatusAsync(pod.Key, pod.Uid, status);
        }
    }

    private void RetryWaiting()
    {
        if (_retryIsPosted || _waiting.Count == 0)
        {
            return;
        }

        _retryIsPosted = true;
        part.Post(async () =>
        {
            _retryIsPosted = false;
            foreach (var pod in _waiting.Values.ToList())
            {
                _waiting.Remove(pod.Uid);
                await PlaceAsync(pod);
            }
        });
    }

    private void Count(string uid, string node, PodNeeds needs)
    {
        if (!_bound.TryAdd(uid, (node, needs)))
        {
            return;
        }

        if (!_used.TryGetValue(node, out var amounts))
        {
            _used[node] = amounts = new Dictionary<string, long>(StringComparer.Ordinal);
        }

        foreach (var (resource, amount) in needs.Resources)
        {
            amounts[resource] = amounts.GetValueOrDefault(resource) + amount;
        }
    }

    private void Forget(string uid)
    {
        if (!_bound.Remove(uid, out var pod))
        {
            return;
        }

        var amounts = _used[pod.Node];
        foreach (var (resource, amount) in pod.Needs.Resources)
        {
            amounts[resource] -= amount;
        }

        RetryWaiting();
    }

    private static ClusterObject Binding(ClusterObject pod, string node) =>
        new(
            new JsonObject
            {
                ["metadata"] = new JsonObject
                {
                    ["name"] = pod.Name,
                    ["namespace"] = pod.Namespace,
                    ["uid"] = pod.Uid,
                },
                ["target"] = new JsonObject
                {
                    ["apiVersion"] = "v1",
                    ["kind"] = "Node",
                    ["name"] = node,
                },
            }
        );
}
