using MultiEni.Api.EniAttachments;
using MultiEni.Api.ResourceClaims;
using MultiEni.Cli.Cluster;
using MultiEni.Cli.Status;

namespace MultiEni.Cli.Plans;

/// <summary>Tells which pods a plan takes something away from. Pure.</summary>
internal static class AffectedPods
{
    /// <summary>
    /// The pods that have an address of an ENI that goes, or a claim on it, or that may have its
    /// device: which device of a resource a pod has only its kubelet knows.
    /// </summary>
    /// <returns><c>namespace/name</c>, sorted.</returns>
    public static List<string> Of(IReadOnlyList<EniChange> changes, EniUsers users)
    {
        var lost = changes.Where(change => change.Kind is EniChangeKind.Remove or EniChangeKind.Replace).Select(change => change.Before!).ToList();
        var rebound = changes.Where(change => change.ChangesDevice).Select(change => change.Before!).ToList();
        var devices = lost.Concat(rebound)
            .Where(attachment => attachment.Spec!.Device.ResourceName is not null)
            .Select(attachment => (attachment.Spec!.NodeName, attachment.Spec.Device.ResourceName!))
            .ToHashSet();
        var holders = ClaimedDevices.Holders(users.Claims);
        return
        [
            .. lost.SelectMany(attachment => attachment.Status?.Device?.Addresses?.Used ?? [])
                .Select(used => used.Pod)
                .Concat(users.Pods.Where(pod => MayHaveOne(pod, devices)).Select(pod => $"{pod.Metadata.Namespace}/{pod.Metadata.Name}"))
                .Concat(lost.Concat(rebound).SelectMany(attachment => ByClaim(attachment, holders)))
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
        ];
    }

    private static bool MayHaveOne(ClusterPod pod, HashSet<(string Node, string Resource)> devices) =>
        pod.Status.Phase is not ("Succeeded" or "Failed") && pod.Resources().Any(resource => devices.Contains((pod.Spec.NodeName ?? "", resource)));

    private static IEnumerable<string> ByClaim(EniAttachment attachment, ILookup<DeviceOfNode, ClaimStatusItem> holders) =>
        attachment.Status?.Network?.EniId is { } eni
            ? holders[new DeviceOfNode(attachment.Spec!.NodeName, eni)].SelectMany(claim => claim.Pods.Select(pod => $"{claim.Namespace}/{pod}"))
            : [];
}

/// <summary>Who uses the ENIs of a cluster.</summary>
/// <param name="Pods">Its pods.</param>
/// <param name="Claims">Its ResourceClaims.</param>
internal sealed record EniUsers(IReadOnlyList<ClusterPod> Pods, IReadOnlyList<ResourceClaim> Claims)
{
    /// <summary>Nobody, or nobody known.</summary>
    public static EniUsers None { get; } = new([], []);
}
