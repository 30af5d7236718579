using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Ec2.Inventory;
using MultiEni.Controller.Kubernetes;
using MultiEni.Controller.Networks;
using MultiEni.Controller.PodAddresses;

namespace MultiEni.Controller.Attachments;

/// <summary>
/// Gathers what is due about an ENI's addresses for pods. Costs no call: everything is in the
/// caches and in the inventory.
/// </summary>
/// <param name="cluster">The other attachments and the nodes.</param>
/// <param name="inventory">The other ENIs.</param>
/// <param name="catalog">Ranges of subnets.</param>
/// <param name="cooldowns">Subnets that had no room a moment ago.</param>
/// <param name="addressesPerEni">By instance type; null for an unknown one.</param>
/// <param name="memory">What is remembered.</param>
/// <param name="time">For how long a cooldown lasts.</param>
internal sealed class PodAddressPlanner(
    ClusterView cluster,
    EniInventory inventory,
    NetworkCatalog catalog,
    CreateCooldowns cooldowns,
    Func<string, int?> addressesPerEni,
    PodAddressMemory memory,
    TimeProvider time
)
{
    /// <summary>The plan; null when no addresses are wanted, or the ENI is not attached.</summary>
    public PodAddressPlan? Plan(EniAttachment attachment, EniRow? row)
    {
        var (name, spec) = (attachment.Metadata.Name, attachment.Spec!);
        if (
            spec.PodAddresses is null
            || attachment.Metadata.IsBeingDeleted
            || row?.Attachment is not { Status: EniStates.Attached } at
            || at.InstanceId != spec.InstanceId
        )
        {
            memory.Forget(name);
            return null;
        }

        var network = attachment.Status?.Network is { } said && said.EniId == row.EniId ? said : null;
        var recorded = (network?.AssignedForPods ?? []).ToHashSet(StringComparer.Ordinal);
        var listed = (network?.PrivateIps ?? [])
            .Concat(network?.Ipv6Addresses ?? [])
            .Concat(network?.Prefixes ?? [])
            .ToHashSet(StringComparer.Ordinal);
        var justAssigned = memory.JustAssigned(name);
        var input = new PodAddressInput(spec, row, attachment.Status?.Device?.Addresses, AddressesPerEni(spec))
        {
            Assigned = recorded,
            SubnetCidr = network?.SubnetCidr,
            Said = attachment.Status?.Conditions.Find(ConditionTypes.PodAddresses) is { Status: ConditionStatus.False } lacking
                ? new(false, lacking.Reason, lacking.Message)
                : null,
            Withdrawn = AddressSets
                .All(row)
                .Where(item => recorded.Contains(item) && !listed.Contains(item) && !justAssigned.Contains(item))
                .ToHashSet(StringComparer.Ordinal),
        };
        input = memory.Recall(name, input, recorded.Where(listed.Contains).ToHashSet(StringComparer.Ordinal));
        input = input with { Named = Verdicts(attachment, row), CountedHold = input.CountedHold ?? Cooldown(spec), Shortage = Shortage(spec) };
        var plan = PodAddressDecision.Plan(input);
        memory.Remember(name, plan);
        return plan;
    }

    /// <summary>The attachment is gone.</summary>
    public void Forget(string name) => memory.Forget(name);

    private IReadOnlyList<NamedVerdict> Verdicts(EniAttachment attachment, EniRow row)
    {
        if (attachment.Status?.Device?.Addresses?.Requested is not { Count: > 0 })
        {
            return [];
        }

        var (name, spec) = (attachment.Metadata.Name, attachment.Spec!);
        var others = cluster
            .AttachmentsIn(spec.SubnetId)
            .Where(other => other.Metadata.Name != name)
            .Select(other => new NeighbourEni(other, EniDecision.Kept(other, inventory.FindBySlot(other.Metadata.Name)), IsNodeLost(other)))
            .ToList();
        var ranges = catalog.RangesOf(spec.SubnetId);
        return NamedAddressDecision.Decide(
            new(
                attachment,
                row,
                others,
                ranges is not null,
                ranges?.Ipv4 ?? attachment.Status.Network?.SubnetCidr,
                ranges?.Ipv6 ?? attachment.Status.Network?.SubnetIpv6Cidr,
                memory.Refused(name)
            )
        );
    }

    // A node that was replaced under its name has other pods.
    private bool IsNodeLost(EniAttachment other) =>
        cluster.IsNodeLost(other.Spec!.NodeName)
        || (
            Planning.NodeIdentity.Of(cluster.Node(other.Spec.NodeName)!) is Planning.NodeIdentity.Ec2 instance
            && instance.InstanceId != other.Spec.InstanceId
        );

    private PodAddressHold? Cooldown(EniAttachmentSpec spec) =>
        cooldowns.OfSubnet(spec.SubnetId, spec.Ipv4PrefixCount > 0) is { } cooldown
            ? new PodAddressHold(cooldown.Until - time.GetUtcNow(), new(false, cooldown.Reason, cooldown.Message))
            : null;

    private PodAddressShortage? Shortage(EniAttachmentSpec spec) =>
        cooldowns.ShortageOf(spec.SubnetId, spec.Ipv4PrefixCount > 0) is { } shortage
            ? new PodAddressShortage(
                shortage.Refused,
                shortage.Times,
                shortage.Until - time.GetUtcNow(),
                new(false, shortage.Reason, shortage.Message)
            )
            : null;

    private int? AddressesPerEni(EniAttachmentSpec spec) =>
        cluster.Node(spec.NodeName)?.Metadata.Label(Planning.NodeIdentity.InstanceTypeLabel) is { } type ? addressesPerEni(type) : null;
}
