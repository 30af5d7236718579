using MultiEni.Api;
using MultiEni.Cli.Cluster;

namespace MultiEni.Cli.Doctor;

/// <summary>
/// Pods with claims need the driver until they have ended: a kubelet that cannot reach it leaves
/// them Terminating. Tells who has devices before the driver is removed, and who waits after that.
/// </summary>
internal static class ClaimHoldCheck
{
    public const string Name = "claims that hold devices";

    // More than most pods take to end.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static IEnumerable<Finding> Run(ClusterSnapshot snapshot)
    {
        var holding = snapshot.Claims.OfDriver.Where(claim => claim.Devices.Any() && claim.Status?.ReservedFor is { Count: > 0 }).ToList();
        if (holding.Count == 0 || snapshot.DaemonSets.Value is null)
        {
            return [];
        }

        return snapshot.PublishesToClaims ? [Announced(holding), .. Stuck(holding, snapshot)] : [Orphaned(holding, snapshot)];
    }

    private static Finding Announced(List<ClusterClaim> holding) =>
        new(
            Name,
            Severity.Info,
            NameList.Shorten("resourceclaim", [.. holding.Select(claim => $"{claim}")]),
            $"ENIs are held by {Pods(holding)}. These pods cannot end without the DRA driver: do not uninstall it or change `eniManager.devicePublisher` before they are gone.",
            ["Before you do, delete these pods, or drain the nodes."]
        );

    private static Finding Orphaned(List<ClusterClaim> holding, ClusterSnapshot snapshot) =>
        new(
            Name,
            Severity.Error,
            NameList.Shorten("resourceclaim", [.. holding.Select(claim => $"{claim}")]),
            (
                snapshot.Managers is null
                    ? "The ENI managers were uninstalled"
                    : $"DEVICE_PUBLISHER was changed to {snapshot.ManagerSetting("DEVICE_PUBLISHER") ?? "sriov-config"}"
            )
                + $" while ENIs were held by {Pods(holding)}: no DRA driver runs any more, and the kubelet leaves these pods Terminating when they are deleted.",
            [
                "Set `eniManager.devicePublisher=dra` again, delete the pods, wait until they are gone, and then repeat the change.",
                "Or drain and reboot the nodes: after a boot nothing is prepared.",
            ]
        );

    private static IEnumerable<Finding> Stuck(List<ClusterClaim> holding, ClusterSnapshot snapshot)
    {
        if (snapshot.InstalledPods.Value is null)
        {
            yield break;
        }

        var served = snapshot.PodsOf(Names.Manager).Where(pod => pod.IsReady()).Select(pod => pod.Spec.NodeName).ToHashSet(StringComparer.Ordinal);
        foreach (var claim in holding)
        {
            var ending = (snapshot.Claims.PodsOf(claim) ?? [])
                .Where(pod => snapshot.Now - pod.Metadata.DeletionTimestamp > Patience && !served.Contains(pod.Spec.NodeName))
                .ToList();
            if (ending.Count > 0)
            {
                yield return new Finding(
                    Name,
                    Severity.Error,
                    NameList.Shorten("pod", [.. ending.Select(pod => $"{pod.Metadata.Namespace}/{pod.Metadata.Name}")]),
                    $"Terminating since {ending[0].Metadata.DeletionTimestamp:u} with claim {claim}, and no ENI manager is ready on node {ending[0].Spec.NodeName}, "
                        + "which the kubelet needs to end it.",
                    [
                        $"Bring the ENI manager back on the node: `kubectl get pods -n {snapshot.InstallNamespace} -o wide --field-selector spec.nodeName={ending[0].Spec.NodeName}`.",
                    ]
                );
            }
        }
    }

    private static string Pods(List<ClusterClaim> holding)
    {
        var pods = holding
            .SelectMany(claim => claim.Pods.Select(pod => $"{claim.Metadata.Namespace}/{pod} on node {Node(claim)}"))
            .Distinct(StringComparer.Ordinal)
            .ToList();
        return NameList.Shorten("pod", pods);
    }

    private static string Node(ClusterClaim claim) => claim.Devices.First().Pool;
}
