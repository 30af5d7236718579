using System.Text.Json;
using MultiEni.Api;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.ResourceClaims;
using MultiEni.Cli.Cluster;
using MultiEni.Simulator.Kubernetes;
using DeviceSelector = MultiEni.Simulator.Kubernetes.Devices.DeviceSelector;
using DeviceSelectorException = MultiEni.Simulator.Kubernetes.Devices.DeviceSelectorException;

namespace MultiEni.Cli.Doctor;

/// <summary>
/// Why a scheduler gives no devices to a claim, as far as its conditions, the slices and the nodes
/// tell. Pure. The conditions are evaluated as the scheduler does.
/// </summary>
internal static class ClaimFit
{
    private const string ShowSlices = "Compare with the attributes of the devices: `kubectl get resourceslices -o yaml`.";

    /// <summary>The first request of a claim that cannot be satisfied, and why.</summary>
    /// <returns>What is wrong and what to do; null if nothing was found.</returns>
    public static (string Seen, string Remedy)? WhyNot(ClusterClaim claim, ClaimSnapshot snapshot, IReadOnlyList<Node> nodes)
    {
        if (snapshot.Slices.Value is not { } slices)
        {
            return null;
        }

        List<Candidate> offered =
        [
            .. from slice in slices
            from device in slice.Spec.Devices ?? []
            select new Candidate(slice.Spec.NodeName ?? "", slice.Spec.Pool.Name, device),
        ];
        if (offered.Count == 0)
        {
            return (
                "No node offers a device.",
                "See `kubectl eni status`: ENIs with `enableDPDK`, `dpdkResourceName` or `dpdkPCIAddress` are offered by ENI managers with DEVICE_PUBLISHER=dra."
            );
        }

        foreach (var request in claim.Spec.Devices.Requests ?? [])
        {
            // One alternative that fits is enough, so what is told of is the last one.
            (string, string)? why = null;
            foreach (var alternative in request.FirstAvailable ?? (request.Exactly is { } exactly ? [exactly] : []))
            {
                why = WhyNot(alternative, offered, claim, snapshot, nodes);
                if (why is null)
                {
                    break;
                }
            }

            if (why is not null)
            {
                return why;
            }
        }

        return null;
    }

    private static (string, string)? WhyNot(
        DeviceRequest request,
        List<Candidate> offered,
        ClusterClaim claim,
        ClaimSnapshot snapshot,
        IReadOnlyList<Node> nodes
    )
    {
        List<Candidate> left = offered;
        foreach (var condition in snapshot.ConditionsOf(request))
        {
            var (matching, failure) = Select(condition, left);
            if (failure is not null)
            {
                return (
                    $"A condition fails: {failure}.",
                    "Test first whether a device has an attribute: `\"ipv4\" in device.attributes[\"" + ClaimNames.Driver + "\"]`."
                );
            }

            if (matching.Count == 0)
            {
                return (
                    $"None of the {left.Count} devices {(left.Count == offered.Count ? "" : "that are left ")}satisfies `{condition}`.",
                    ShowSlices
                );
            }

            left = matching;
        }

        var matched = left.Count;
        if (request.Tolerations is not { Count: > 0 })
        {
            var clean = left.Where(device => device.Taints.Count == 0).ToList();
            if (clean.Count == 0)
            {
                return (
                    $"All {matched} devices that match are tainted: {List(left.Select(device => $"{device.Device.Name} on {device.Node} ({string.Join(", ", device.Taints)})"))}.",
                    "`kubectl eni status` shows why an ENI is withdrawn or unusable."
                );
            }

            left = clean;
        }

        var count = request.Count ?? 1;
        if (request.AdminAccess != true)
        {
            var holders = Holders(snapshot, claim);
            var free = left.Where(device => !holders.ContainsKey((device.Pool, device.Device.Name))).ToList();
            if (free.Count < count)
            {
                var held = left.Select(device => holders.GetValueOrDefault((device.Pool, device.Device.Name)))
                    .OfType<ClusterClaim>()
                    .Select(holder => $"{holder}")
                    .Distinct(StringComparer.Ordinal);
                return (
                    $"It requests {count}, and of {matched} devices that match {free.Count} {(free.Count == 1 ? "is" : "are")} free: the others are allocated to {List(held)}.",
                    "Delete pods that no longer need a device, or let NodeENIs select more nodes or attach more ENIs."
                );
            }

            left = free;
        }

        return ByNode(left, count, nodes);
    }

    private static (string, string)? ByNode(List<Candidate> free, long count, IReadOnlyList<Node> nodes)
    {
        var byNode = free.GroupBy(device => device.Node, StringComparer.Ordinal).ToList();
        var large = byNode.Where(group => group.Count() >= count).Select(group => group.Key).ToList();
        if (large.Count == 0)
        {
            return (
                $"It requests {count} devices of one node, and the node with the most free ones, {byNode.MaxBy(group => group.Count())!.Key}, has {byNode.Max(group => group.Count())}.",
                "Let a NodeENI attach more ENIs to a node, or request fewer."
            );
        }

        var closed = large.Select(name => (Name: name, Why: Closed(nodes.FirstOrDefault(node => node.Metadata.Name == name)))).ToList();
        return closed.TrueForAll(node => node.Why is not null)
            ? (
                $"Every node with free devices repels pods: {List(closed.Select(node => $"{node.Name} ({node.Why})"))}.",
                "Remove the taint (`kubectl uncordon NODE`, `kubectl taint nodes NODE KEY-`), or let the pod tolerate it."
            )
            : null;
    }

    // Whether a pod tolerates a taint is for the scheduler's own words.
    private static string? Closed(Node? node) =>
        node is null ? "it does not exist"
        : node.Spec.Unschedulable == true ? "cordoned"
        : node.Spec.Taints?.Find(taint => taint.Effect is "NoSchedule" or "NoExecute") is { } found ? $"taint {found.Key}:{found.Effect}"
        : null;

    private static Dictionary<(string Pool, string Device), ClusterClaim> Holders(ClaimSnapshot snapshot, ClusterClaim except)
    {
        var holders = new Dictionary<(string, string), ClusterClaim>();
        foreach (var claim in snapshot.OfDriver.Where(claim => claim != except))
        {
            foreach (var device in claim.Devices.Where(device => device.AdminAccess != true))
            {
                holders[(device.Pool, device.Device)] = claim;
            }
        }

        return holders;
    }

    // A condition that is not understood here is taken as satisfied: nothing is claimed of it.
    private static (List<Candidate> Matching, string? Failure) Select(string condition, List<Candidate> devices)
    {
        try
        {
            var selector = DeviceSelector.Compile(condition);
            return ([.. devices.Where(device => selector.Matches(ClaimNames.Driver, device.Json()))], null);
        }
        catch (DeviceSelectorException failed)
        {
            return ([], failed.Message);
        }
        catch (NotSimulatedException)
        {
            return (devices, null);
        }
    }

    private static string List(IEnumerable<string> names) =>
        string.Join(", ", names.Take(3)) + (names.Count() > 3 ? $" and {names.Count() - 3} more" : "");

    private sealed record Candidate(string Node, string Pool, SliceDevice Device)
    {
        public IReadOnlyList<string> Taints =>
            [
                .. (Device.Taints ?? [])
                    .Where(taint => taint.Effect is DeviceTaint.NoSchedule or DeviceTaint.NoExecute)
                    .Select(taint => $"{taint.Key}:{taint.Effect}"),
            ];

        public System.Text.Json.Nodes.JsonObject Json() => JsonSerializer.SerializeToNode(Device, ApiJson.Default.SliceDevice)!.AsObject();
    }
}
