using System.Text.Json.Nodes;
using MultiEni.Api.Kubernetes;
using MultiEni.Operator.Client;
using MultiEni.Simulator.Nodes.Cluster;

namespace MultiEni.Simulator.Nodes.Kubelets.Claims;

/// <summary>
/// The claims of one node's pods: has drivers prepare them before containers start, and unprepare
/// them when the last pod has ended.
/// </summary>
internal sealed class NodeClaims
{
    private static readonly TimeSpan DriverPatience = TimeSpan.FromSeconds(30);

    private readonly ClusterPart _part;
    private readonly string _node;
    private readonly KubeletDeviceManager _sockets;

    internal NodeClaims(ClusterPart part, string node, KubeletDeviceManager sockets)
    {
        (_part, _node, _sockets) = (part, node, sockets);
        sockets.Started += (_, _) => part.Post(() => WipeAsync(driver: null));
        // https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/kubelet/cm/dra/plugin/dra_plugin_manager.go
        sockets.DriverDisconnected += (_, lost) =>
            part.PostLater(DriverPatience, () => IsGone(lost.Resource) ? WipeAsync(lost.Resource) : Task.CompletedTask);
    }

    /// <summary>Prepares the claims of a pod; may be repeated.</summary>
    /// <returns>The devices that it has then.</returns>
    /// <exception cref="PluginCallException">
    /// A claim is not prepared; the message says which and why.
    /// </exception>
    internal async Task<IReadOnlyList<GrantedDevice>> PrepareAsync(ClusterObject pod)
    {
        var granted = new List<GrantedDevice>();
        foreach (var name in PodClaims.Of(pod))
        {
            var claim =
                await _part.AskAsync((client, stop) => client.GetAsync(ClusterKinds.ResourceClaims, new ObjectKey(pod.Namespace, name), stop))
                ?? throw new PluginCallException($"claim {name} was not found", inner: null);
            if (!IsReservedFor(claim, pod.Uid))
            {
                throw new PluginCallException($"pod {pod.Name} is not allowed to use resource claim {name}", inner: null);
            }

            foreach (var driver in DriversOf(claim))
            {
                var identity = new ClaimIdentity(claim.Namespace, claim.Name, claim.Uid);
                var prepared = (await Drivers.PrepareAsync(driver, [identity], _part.Stopping))[claim.Uid];
                if (prepared.Error.Length > 0)
                {
                    throw new PluginCallException($"prepare dynamic resources: claim {name}: {prepared.Error}", inner: null);
                }

                granted.AddRange(prepared.Devices.Select(device => new GrantedDevice(driver, identity, device)));
            }
        }

        return granted;
    }

    /// <summary>
    /// Takes back what was granted to a pod and is granted to none of the others.
    /// </summary>
    /// <exception cref="PluginCallException">
    /// A claim is not taken back yet; the message says which and why.
    /// </exception>
    internal async Task UnprepareAsync(IEnumerable<GrantedDevice> granted, IReadOnlySet<string> stillUsed)
    {
        foreach (var group in granted.Where(device => !stillUsed.Contains(device.Claim.Uid)).GroupBy(device => (device.Driver, device.Claim)))
        {
            var errors = await Drivers.UnprepareAsync(group.Key.Driver, [group.Key.Claim], _part.Stopping);
            if (errors.Count > 0)
            {
                throw new PluginCallException($"unprepare dynamic resources: claim {group.Key.Claim.Name}: {errors.Values.First()}", inner: null);
            }
        }
    }

    /// <summary>PCI addresses of devices, as their slices say.</summary>
    internal async Task<IReadOnlyList<string>> AddressesAsync(IReadOnlyList<GrantedDevice> granted)
    {
        var slices = await SlicesAsync();
        return
        [
            .. granted
                .Select(device => slices.SelectMany(DevicesOf).FirstOrDefault(found => found["name"]?.GetValue<string>() == device.Device.Name))
                .Select(device => device?["attributes"]?["resource.kubernetes.io/pciBusID"]?["string"]?.GetValue<string>())
                .OfType<string>(),
        ];
    }

    private KubeletDraManager Drivers => _sockets.Drivers ?? throw new PluginCallException("the kubelet does not run", inner: null);

    private bool IsGone(string driver) => _sockets.Drivers is { } drivers && !drivers.Drivers.Contains(driver, StringComparer.Ordinal);

    private async Task WipeAsync(string? driver)
    {
        foreach (var slice in await SlicesAsync())
        {
            if (driver is null || slice["spec"]?["driver"]?.GetValue<string>() == driver)
            {
                await _part.AskAsync((client, stop) => client.DeleteAsync(ClusterKinds.ResourceSlices, slice.Key, new DeleteOptions(), stop));
            }
        }
    }

    private async Task<IReadOnlyList<ClusterObject>> SlicesAsync()
    {
        var own = new ListOptions { FieldSelector = $"spec.nodeName={_node}" };
        return (await _part.AskAsync((client, stop) => client.ListAsync(ClusterKinds.ResourceSlices, own, stop)))?.Items ?? [];
    }

    private static IEnumerable<JsonObject> DevicesOf(ClusterObject slice) => (slice["spec"]?["devices"] as JsonArray ?? []).OfType<JsonObject>();

    private static bool IsReservedFor(ClusterObject claim, string pod) =>
        (claim["status"]?["reservedFor"] as JsonArray ?? []).Any(user => user?["uid"]?.GetValue<string>() == pod);

    private static IEnumerable<string> DriversOf(ClusterObject claim) =>
        (claim["status"]?["allocation"]?["devices"]?["results"] as JsonArray ?? [])
            .Select(result => result!["driver"]!.GetValue<string>())
            .Distinct(StringComparer.Ordinal);
}

/// <summary>A device that a driver has prepared for a pod.</summary>
internal sealed record GrantedDevice(string Driver, ClaimIdentity Claim, PreparedDevice Device);
