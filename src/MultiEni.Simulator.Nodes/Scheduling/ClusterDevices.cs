using System.Text.Json.Nodes;
using MultiEni.Api.Kubernetes;
using MultiEni.Operator.Client;
using MultiEni.Operator.Informers;
using MultiEni.Simulator.Nodes.Cluster;
using MultiEni.Simulator.Nodes.Scheduling.Devices;

namespace MultiEni.Simulator.Nodes.Scheduling;

/// <summary>
/// What the scheduler knows of resource.k8s.io: the classes, slices and claims of the cluster.
/// </summary>
internal sealed class ClusterDevices(ClusterPart part)
{
    private readonly Dictionary<string, JsonObject> _classes = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, JsonObject> _slices = new(StringComparer.Ordinal);
    private readonly Dictionary<ObjectKey, ClusterObject> _claims = [];
    private readonly SelectorCache _selectors = new();

    /// <summary>
    /// Begins to follow them; does nothing where the API server does not serve them.
    /// </summary>
    internal async Task StartAsync(Action changed, CancellationToken cancellationToken)
    {
        try
        {
            await part.Client.ListAsync(ClusterKinds.DeviceClasses, new ListOptions { Limit = 1 }, cancellationToken);
        }
        catch (KubernetesApiException absent) when (absent.IsNotFound)
        {
            return;
        }

        await part.FollowAsync(ClusterKinds.DeviceClasses, InformerScope.All, See(_classes), cancellationToken);
        await part.FollowAsync(ClusterKinds.ResourceSlices, InformerScope.All, See(_slices), cancellationToken);
        await part.FollowAsync(
            ClusterKinds.ResourceClaims,
            InformerScope.All,
            (claim, gone) =>
            {
                Remember(claim, gone);
                changed();
                return Task.CompletedTask;
            },
            cancellationToken
        );

        Func<ClusterObject, bool, Task> See(IDictionary<string, JsonObject> known) =>
            (obj, gone) =>
            {
                if (gone)
                {
                    known.Remove(obj.Name);
                }
                else
                {
                    known[obj.Name] = obj.Json;
                }

                changed();
                return Task.CompletedTask;
            };
    }

    /// <summary>A claim, or null.</summary>
    internal ClusterObject? Claim(ObjectKey key) => _claims.GetValueOrDefault(key);

    /// <summary>Takes over the answer to a write, before the watch shows it.</summary>
    internal void Remember(ClusterObject claim, bool gone = false)
    {
        if (gone)
        {
            _claims.Remove(claim.Key);
        }
        else
        {
            _claims[claim.Key] = claim;
        }
    }

    /// <summary>
    /// The class by which pods that request a resource get a device; of several the newest. Null
    /// when there is none.
    /// </summary>
    internal string? ClassFor(string resource) =>
        _classes
            .Where(known => known.Value["spec"]?["extendedResourceName"]?.GetValue<string>() == resource || ImplicitName(known.Key) == resource)
            .OrderByDescending(known => known.Value["metadata"]?["creationTimestamp"]?.GetValue<string>(), StringComparer.Ordinal)
            .ThenBy(known => known.Key, StringComparer.Ordinal)
            .Select(known => known.Key)
            .FirstOrDefault();

    /// <summary>Looks for devices on a node.</summary>
    internal AllocationOutcome Allocate(NodeOffer node, IReadOnlyList<JsonObject> claims)
    {
        var held = _claims.Values.SelectMany(claim => DeviceId.HeldBy(claim.Json)).ToHashSet();
        return new DeviceAllocator(_classes, _selectors).Allocate(node, claims, _slices.Values, held);
    }

    private static string ImplicitName(string className) => $"deviceclass.resource.kubernetes.io/{className}";
}
