using System.Text.Json.Nodes;
using MultiEni.Api.Kubernetes;
using MultiEni.Operator.Informers;
using MultiEni.Simulator.Nodes.Cluster;
using MultiEni.Simulator.Nodes.Kubelets.Claims;
using MultiEni.Simulator.Nodes.Scheduling.Devices;

namespace MultiEni.Simulator.Nodes.Scheduling;

/// <summary>Binds pods to nodes with room for them.</summary>
internal sealed class Scheduler(ClusterPart part, string name, TimeProvider time)
{
    private readonly SortedDictionary<string, NodeOffer> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _versions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<string, long>> _used = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Node, PodNeeds Needs)> _bound = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ClusterObject> _waiting = new(StringComparer.Ordinal);
    private readonly ClusterDevices _devices = new(part);
    private bool _retryIsPosted;

    internal async Task StartAsync(CancellationToken cancellationToken)
    {
        await _devices.StartAsync(RetryWaiting, cancellationToken);
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
        if (!PodClaims.AreMade(pod))
        {
            // The controller that makes claims changes the pod's status, which brings it here
            // again.
            return;
        }

        var needs = PodNeeds.Of(pod);
        var placement = PlacementOf(pod, needs);

        // Pods and nodes come over watches of their own: a pod may arrive before the change of a
        // node that was made before it.
        while (placement is Placement.OnNode { Node: var chosen } && await HasChangedUnseenAsync(chosen))
        {
            placement = PlacementOf(pod, needs);
        }

        if (placement is Placement.OnNode { Node: var node, Devices: var devices })
        {
            var counted = needs.Without([.. devices?.Classes.Keys ?? []]);
            if (devices is not null && !await ReserveAsync(pod, devices))
            {
                _waiting[pod.Uid] = pod;
                return;
            }

            Count(pod.Uid, node, counted);
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

    private Placement PlacementOf(ClusterObject pod, PodNeeds needs) =>
        Placement.Of(
            needs,
            [.. _nodes.Values.Select(node => (node, (IReadOnlyDictionary<string, long>)UsedOn(node.Name)))],
            node => Choose(pod, needs, node)
        );

    // A node that counts a resource serves it by a device plugin, which goes before the class of
    // that name.
    private NodeDevicesChoice? Choose(ClusterObject pod, PodNeeds needs, NodeOffer node)
    {
        var classes = needs
            .Devices.Where(device => !node.Allocatable.ContainsKey(device.Resource))
            .Select(device => (device.Resource, Class: _devices.ClassFor(device.Resource)))
            .Where(device => device.Class is not null)
            .ToDictionary(device => device.Resource, device => device.Class!, StringComparer.Ordinal);
        var names = PodClaims.Of(pod);
        if (names.Count == 0 && classes.Count == 0)
        {
            return null;
        }

        var claims = new List<JsonObject>();
        foreach (var claimName in names)
        {
            if (_devices.Claim(new ObjectKey(pod.Namespace, claimName)) is not { } claim)
            {
                return new([], new AllocationOutcome.Failed($"resourceclaim \"{claimName}\" not found"), classes);
            }

            claims.Add(claim.Json);
        }

        if (classes.Count > 0)
        {
            claims.Add(ExtendedClaim.Of(pod, classes));
        }

        return new(claims, _devices.Allocate(node, claims), classes);
    }

    // Writes what the claims get, and that the pod may use them. False when a claim changed
    // meanwhile; its change brings the pod here again.
    private async Task<bool> ReserveAsync(ClusterObject pod, NodeDevicesChoice choice)
    {
        var allocations = ((AllocationOutcome.Allocated)choice.Outcome).Allocations;
        foreach (var (claim, allocation) in choice.Claims.Zip(allocations))
        {
            var stored = new ClusterObject(claim);
            if (stored.Uid.Length == 0)
            {
                if (await part.AskAsync((client, stop) => client.CreateAsync(ClusterKinds.ResourceClaims, stored, stop)) is not { } made)
                {
                    return false;
                }

                stored = made;
                var status = new JsonObject { ["extendedResourceClaimStatus"] = ExtendedClaim.StatusOf(pod, made.Name, choice.Classes) };
                await part.WritePodStatusAsync(pod.Key, pod.Uid, status);
            }

            var users = (stored["status"]?["reservedFor"] as JsonArray ?? []).OfType<JsonObject>().Select(user => user.DeepClone()).ToList();
            if (users.TrueForAll(user => user["uid"]?.GetValue<string>() != pod.Uid))
            {
                users.Add(
                    new JsonObject
                    {
                        ["resource"] = "pods",
                        ["name"] = pod.Name,
                        ["uid"] = pod.Uid,
                    }
                );
            }

            var patch = new JsonObject
            {
                ["metadata"] = new JsonObject { ["uid"] = stored.Uid, ["resourceVersion"] = stored.Metadata.ResourceVersion },
                ["status"] = new JsonObject
                {
                    ["allocation"] = (allocation ?? stored["status"]?["allocation"])?.DeepClone(),
                    ["reservedFor"] = new JsonArray([.. users]),
                },
            };
            var key = stored.Key;
            if (
                await part.AskAsync((client, stop) => client.MergePatchAsync(ClusterKinds.ResourceClaims, key, patch, "status", stop))
                is not { } written
            )
            {
                return false;
            }

            _devices.Remember(written);
        }

        return true;
    }

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
