using MultiEni.Cli.Cluster;

namespace MultiEni.Cli.Doctor;

/// <summary>Claims of the driver's devices that wait, and why.</summary>
internal static class ClaimWaitCheck
{
    public const string Name = "waiting claims";

    // A scheduler and a kubelet need seconds.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public static IEnumerable<Finding> Run(ClusterSnapshot snapshot) =>
        snapshot.Claims.OfDriver.Where(claim => !claim.Metadata.IsBeingDeleted).Select(claim => Inspect(claim, snapshot)).OfType<Finding>();

    private static Finding? Inspect(ClusterClaim claim, ClusterSnapshot snapshot)
    {
        var pods = snapshot.Claims.PodsOf(claim);
        var waiting = snapshot.Now - Since(claim, pods ?? []);
        return waiting < Patience ? null
            : claim.Status?.Allocation is null ? Unallocated(claim, pods, waiting, snapshot)
            : claim.IsReported ? null
            : claim.Status.ReservedFor is not { Count: > 0 } ? Unreserved(claim, waiting)
            : Unprepared(claim, pods, waiting, snapshot);
    }

    private static Finding? Unallocated(ClusterClaim claim, IReadOnlyList<ClusterPod>? pods, TimeSpan waiting, ClusterSnapshot snapshot)
    {
        // No claim is allocated before a pod uses it.
        if (pods is { Count: 0 })
        {
            return null;
        }

        var words = (pods ?? []).Select(pod => pod.NotReadyReason()).FirstOrDefault(reason => reason is not null);
        var why = ClaimFit.WhyNot(claim, snapshot.Claims, snapshot.Nodes.Value ?? []);
        return new Finding(
            Name,
            pods is null ? Severity.Warning : Severity.Error,
            $"resourceclaim {claim}",
            $"It has waited for devices for {Text(waiting)}. "
                + (
                    why is var (seen, _) ? seen
                    : snapshot.Claims.Slices.Value is null ? "Why is not known: ResourceSlices could not be read."
                    : "There are free devices that match: a constraint of the claim, or another requirement of the pod, is not met."
                )
                + (words is null ? "" : $" The scheduler: {words}"),
            [
                .. why is var (_, remedy) ? (string[])[remedy] : [],
                $"See the pod's events: `kubectl describe pod -n {claim.Metadata.Namespace} {(pods is [var first, ..] ? first.Metadata.Name : "POD")}`.",
            ]
        );
    }

    private static Finding Unreserved(ClusterClaim claim, TimeSpan waiting) =>
        new(
            Name,
            Severity.Warning,
            $"resourceclaim {claim}",
            $"It has had {Devices(claim)} for {Text(waiting)}, and is reserved for no pod: the devices are kept from others.",
            [
                "The kube-controller-manager frees the devices when no pod uses the claim; see whether it runs.",
                $"If no pod is to use it: `kubectl delete resourceclaim -n {claim.Metadata.Namespace} {claim.Metadata.Name}`.",
            ]
        );

    private static Finding? Unprepared(ClusterClaim claim, IReadOnlyList<ClusterPod>? pods, TimeSpan waiting, ClusterSnapshot snapshot)
    {
        // Its pods run or have ended, so only the report is missing: the server may not store it.
        if (pods?.All(pod => pod.Status.Phase is "Running" or "Succeeded" or "Failed") == true)
        {
            return null;
        }

        var nodes = claim.Devices.Select(device => device.Pool).Distinct(StringComparer.Ordinal).ToList();
        var words = (snapshot.Claims.PrepareFailures.Value ?? [])
            .Where(failure => failure.InvolvedObject.Namespace == claim.Metadata.Namespace && claim.Pods.Contains(failure.InvolvedObject.Name))
            .MaxBy(failure => failure.LastTimestamp ?? failure.Metadata.CreationTimestamp)
            ?.Message;
        var managers = snapshot.PodsOf(Api.Names.Manager).Where(pod => nodes.Contains(pod.Spec.NodeName ?? "")).ToList();
        return new Finding(
            Name,
            pods is null ? Severity.Warning : Severity.Error,
            $"resourceclaim {claim}",
            $"It has had {Devices(claim)} for {Text(waiting)}, reserved for {NameList.Shorten("pod", [.. claim.Pods])}, and they are not prepared. "
                + (
                    words is not null ? $"The kubelet: {words}"
                    : snapshot.InstalledPods.Value is not null && managers.Count == 0 ? "No ENI manager runs on the node."
                    : "No event says why."
                ),
            [
                managers is [var manager, ..]
                    ? $"See the ENI manager's log: `kubectl logs -n {snapshot.InstallNamespace} {manager.Metadata.Name}`."
                    : $"See whether an ENI manager runs on {string.Join(" and ", nodes)}: `kubectl get pods -n {snapshot.InstallNamespace} -o wide`.",
                $"See the pod's events: `kubectl describe pod -n {claim.Metadata.Namespace} {claim.Pods.FirstOrDefault() ?? "POD"}`.",
            ]
        );
    }

    private static DateTimeOffset Since(ClusterClaim claim, IReadOnlyList<ClusterPod> pods)
    {
        DateTimeOffset?[] times =
        [
            claim.Metadata.CreationTimestamp,
            claim.Status?.Allocation?.AllocationTimestamp,
            .. pods.Select(pod => pod.Metadata.CreationTimestamp),
        ];
        return times.Max() ?? DateTimeOffset.MinValue;
    }

    private static string Devices(ClusterClaim claim) => string.Join(", ", claim.Devices.Select(device => $"{device.Device} of node {device.Pool}"));

    private static string Text(TimeSpan time) => time.TotalHours >= 2 ? $"{(long)time.TotalHours} hours" : $"{(long)time.TotalMinutes} minutes";
}
