using System.Net;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;

namespace MultiEni.Cli.Doctor;

/// <summary>
/// Ranges for named addresses that no subnet of the NodeENI has: a pod that asks for one of them
/// is refused.
/// </summary>
internal static class AddressCheck
{
    public const string Name = "addresses of pods";

    public static IEnumerable<Finding> Run(ClusterSnapshot snapshot) =>
        from nodeEni in snapshot.NodeEnis.Value ?? []
        let subnets = Subnets(nodeEni, snapshot)
        where subnets.Count > 0
        from range in nodeEni.Spec?.PodAddresses?.FixedCidrs ?? []
        where IPNetwork.TryParse(range, out var wanted) && !subnets.Exists(subnet => Overlap(subnet, wanted))
        select new Finding(
            Name,
            Severity.Warning,
            $"nodeeni {nodeEni.Metadata.Name}",
            $"spec.podAddresses.fixedCIDRs has {range}, which is outside of its subnets ({string.Join(", ", subnets)}): no pod can have an address of it.",
            ["Correct the range, or add the subnet that has it."]
        );

    private static List<IPNetwork> Subnets(NodeEni nodeEni, ClusterSnapshot snapshot) =>
        [
            .. (snapshot.Attachments.Value ?? [])
                .Where(attachment => attachment.Spec!.NodeEniRef.Name == nodeEni.Metadata.Name)
                .SelectMany(Ranges)
                .Distinct(StringComparer.Ordinal)
                .Select(range => IPNetwork.TryParse(range, out var network) ? network : (IPNetwork?)null)
                .OfType<IPNetwork>(),
        ];

    private static IEnumerable<string> Ranges(EniAttachment attachment) =>
        new[] { attachment.Status?.Network?.SubnetCidr, attachment.Status?.Network?.SubnetIpv6Cidr }.OfType<string>();

    private static bool Overlap(IPNetwork left, IPNetwork right) =>
        left.BaseAddress.AddressFamily == right.BaseAddress.AddressFamily && (left.Contains(right.BaseAddress) || right.Contains(left.BaseAddress));
}
