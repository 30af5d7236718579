using System.Globalization;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Cli.Cluster;
using MultiEni.Controller.Ec2.Limits;
using MultiEni.Controller.Planning;

namespace MultiEni.Cli.Doctor;

/// <summary>
/// Each ENI of a NodeENI takes a slot in which the VPC CNI would attach one for pods. The kubelet's
/// max-pods is computed from the instance type and knows nothing of that: the scheduler then places
/// pods for which there is no address (docs/multus.md#the-vpc-cni).
/// </summary>
internal static class PodCapacityCheck
{
    public const string Name = "pods per node";

    private const string VpcCni = "aws-node";

    public static IEnumerable<Finding> Run(ClusterSnapshot snapshot)
    {
        var cni = (snapshot.DaemonSets.Value ?? []).FirstOrDefault(item => item.Metadata.Name == VpcCni)?.Container(VpcCni);
        if (cni is null || IsOn(cni, "ENABLE_IPv6"))
        {
            return [];
        }

        var ours = (snapshot.Attachments.Value ?? []).Where(TakesSlot).ToLookup(attachment => attachment.Spec!.NodeName, StringComparer.Ordinal);
        return (snapshot.Nodes.Value ?? [])
            .Where(node => ours.Contains(node.Metadata.Name))
            .Select(node => (Node: node.Metadata.Name, Shortage: Shortage(node, ours[node.Metadata.Name].Count(), cni)))
            .Where(found => found.Shortage is not null)
            .GroupBy(found => found.Shortage!, found => found.Node)
            .OrderBy(group => group.Min(StringComparer.Ordinal), StringComparer.Ordinal)
            .Select(group => Describe(group.Key, [.. group.Order(StringComparer.Ordinal)], cni));
    }

    /// <summary>
    /// How many pods the VPC CNI has addresses for, with those on the host's network that are on
    /// every node.
    /// </summary>
    /// <param name="enis">ENIs of the instance type's first network card.</param>
    /// <param name="ours">Those of NodeENIs among them.</param>
    /// <param name="addressesPerEni">IPv4 addresses of an ENI, its own included.</param>
    /// <param name="cni">The VPC CNI's settings.</param>
    internal static int Pods(int enis, int ours, int addressesPerEni, WorkloadContainer cni)
    {
        const int InAPrefix = 16;
        const int OnTheHostsNetwork = 2;
        var most = int.TryParse(cni.Value("MAX_ENI"), NumberStyles.None, CultureInfo.InvariantCulture, out var set) && set > 0 ? set : int.MaxValue;
        // The primary ENI is always there, and has no pods with custom networking.
        var usable = Math.Max(Math.Min(enis - ours, most), 1) - (IsOn(cni, "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG") ? 1 : 0);
        return (usable * (addressesPerEni - 1) * (IsOn(cni, "ENABLE_PREFIX_DELEGATION") ? InAPrefix : 1)) + OnTheHostsNetwork;
    }

    private static PodShortage? Shortage(Node node, int ours, WorkloadContainer cni)
    {
        if (
            node.Metadata.Label(NodeIdentity.InstanceTypeLabel) is not { } type
            || InstanceTypeTable.Types.GetValueOrDefault(type)?.Limits is not { PerCard: [var enis, ..] } limits
            || !int.TryParse(node.Status.Allocatable?.GetValueOrDefault("pods"), NumberStyles.None, CultureInfo.InvariantCulture, out var accepted)
        )
        {
            return null;
        }

        var pods = Pods(enis, ours, limits.Ipv4PerEni, cni);
        return accepted > pods ? new PodShortage(type, enis, ours, accepted, pods) : null;
    }

    private static Finding Describe(PodShortage shortage, IReadOnlyList<string> nodes, WorkloadContainer cni)
    {
        var (type, enis, ours, accepted, pods) = shortage;
        List<string> remedies =
        [
            $"Set the kubelet's max-pods to {pods} on these nodes: `maxPods: {pods}` in the kubelet configuration of nodeadm's NodeConfig, or `--max-pods={pods}` "
                + "in the bootstrap arguments.",
            $"With Karpenter, set `settings.reservedENIs` to {ours} or more; it replaces nodes as they come.",
            .. IsOn(cni, "ENABLE_PREFIX_DELEGATION")
                ? (string[])[]
                : ["Or let the VPC CNI use prefixes: `ENABLE_PREFIX_DELEGATION=true` on aws-node gives 16 addresses for each."],
        ];
        return new Finding(
            Name,
            Severity.Warning,
            NameList.Shorten("node", nodes),
            $"The kubelet accepts {accepted} pods, but {ours} of the {enis} ENIs of {type} are those of NodeENIs, and the VPC CNI has addresses for {pods} pods. "
                + "Pods beyond that stay in ContainerCreating.",
            remedies
        );
    }

    internal static bool TakesSlot(EniAttachment attachment) =>
        !attachment.Metadata.IsBeingDeleted && (attachment.Status?.Network?.NetworkCardIndex ?? attachment.Spec!.NetworkCardIndex) == 0;

    private static bool IsOn(WorkloadContainer cni, string variable) =>
        string.Equals(cni.Value(variable), "true", StringComparison.OrdinalIgnoreCase);

    private sealed record PodShortage(string Type, int Enis, int Ours, int Accepted, int Pods);
}
