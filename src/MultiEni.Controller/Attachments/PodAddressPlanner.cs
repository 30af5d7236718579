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
    /// <summary>
    /// The plan; null when no addresses are wanted and none is about to leave, or the ENI is not
    /// attached.
    /// </summary>
    public PodAddressPlan? Plan(EniAttachment attachment, EniRow? row)
    {
        var (name, spec) = (attachment.Metadata.Name, attachment.Spec!);
        if (attachment.Metadata.IsBeingDeleted || row?.Attachment is not { Status: EniStates.Attached } at || at.InstanceId != spec.InstanceId)
        {
            memory.Forget(name);
            memory.Moves.Release(name);
            return null;
        }

        var network = attachment.Status?.Network is { } said && said.EniId == row.EniId ? said : null;
        var withheld = memory.Moves.Withhold(attachment, AddressMoves.Movable(row), AddressMoves.Leaving(attachment, row, Askers));
        var plan = spec.PodAddresses is null ? WithoutPool(name, row, network, withheld) : OfPool(attachment, row, network, withheld);
        if (plan is not null)
        {
            memory.Remember(name, plan);
        }

        return plan;
    }

    /// <summary>
    /// What an ENI gives back before it is left to the next node; nothing when EC2 has refused that.
    /// </summary>
    public IReadOnlyList<string> GivenBack(EniAttachment attachment, EniRow row) =>
        memory.KeepsAddresses(attachment.Metadata.Name) ? [] : PodAddresses.GivenBack.Of(attachment.Spec!, attachment.Status?.Network, row);

    /// <summary>The attachment is gone.</summary>
    public void Forget(string name)
    {
        memory.Forget(name);
        memory.Gone(name);
        memory.Moves.Forget(name);
    }

    private PodAddressPlan OfPool(EniAttachment attachment, EniRow row, NetworkStatus? network, WithheldAddresses? withheld)
    {
        var (name, spec) = (attachment.Metadata.Name, attachment.Spec!);
        var recorded = (network?.AssignedForPods ?? []).ToHashSet(StringComparer.Ordinal);
        var listed = (network?.PrivateIps ?? [])
            .Concat(network?.Ipv6Addresses ?? [])
            .Concat(network?.Prefixes ?? [])
            .ToHashSet(StringComparer.Ordinal);
        var justAssigned = memory.JustAssigned(name);

        // What was to be moved and is not comes back; it was not withdrawn to be taken away.
        var moves = withheld?.Addresses ?? new HashSet<string>();
        var returning = network?.Withdrawal?.Addresses ?? [];
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
                .Where(item => !moves.Contains(item) && !returning.Contains(item))
                .ToHashSet(StringComparer.Ordinal),
        };
        input = memory.Recall(name, input, recorded.Where(listed.Contains).ToHashSet(StringComparer.Ordinal));
        input = input with
        {
            Row = Without(row, moves),
            Withheld = moves,
            CountedHold = input.CountedHold ?? Cooldown(spec),
            Shortage = Shortage(spec),
        };
        return memory.Moves.Decide(
            name,
            (withheldBy, moving) =>
            {
                var verdicts = Verdicts(attachment, row, withheldBy, moving);
                memory.Waits(name, verdicts.OfType<NamedVerdict.Waiting>().Select(verdict => verdict.Address));
                var plan = PodAddressDecision.Plan(input with { Named = verdicts });
                return plan with
                {
                    Assigned =
                    [
                        .. plan.Assigned.Concat(input.Assigned.Where(moves.Contains)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
                    ],
                    Withdrawn = new HashSet<string>(plan.Withdrawn.Concat(moves), StringComparer.Ordinal),
                    LookAgain = new[] { plan.LookAgain, NamedStep.NextLook(verdicts) }.Min(),
                    Withdrawal = Said(withheld),
                };
            }
        );
    }

    // The pods of another node may ask for what an ENI has that gets no more addresses for its own.
    private PodAddressPlan? WithoutPool(string name, EniRow row, NetworkStatus? network, WithheldAddresses? withheld)
    {
        memory.Forget(name);
        memory.Moves.Stop(name);
        return withheld is null
            ? null
            : new PodAddressPlan(
                null,
                [.. (network?.AssignedForPods ?? []).Where(AddressSets.All(row).Contains)],
                withheld.Addresses,
                [],
                new(true, Reasons.AsExpected, "no addresses are assigned for pods"),
                null
            )
            {
                HasCondition = false,
                Withdrawal = Said(withheld),
            };
    }

    private IEnumerable<EniAttachment> Askers(string address) => cluster.AwaitersOf(address).Where(asker => !IsNodeLost(asker));

    private static AddressWithdrawal? Said(WithheldAddresses? withheld) =>
        withheld is null
            ? null
            : new()
            {
                Number = withheld.Number,
                Addresses = withheld.Addresses.Count > 0 ? [.. withheld.Addresses.Order(StringComparer.Ordinal)] : null,
            };

    private static EniRow Without(EniRow row, IReadOnlySet<string> addresses) =>
        addresses.Count == 0
            ? row
            : row with
            {
                PrivateIps = [.. row.PrivateIps.Where(address => !addresses.Contains(address))],
                Ipv6Addresses = [.. row.Ipv6Addresses.Where(address => !addresses.Contains(address))],
            };

    private IReadOnlyList<NamedVerdict> Verdicts(
        EniAttachment attachment,
        EniRow row,
        Func<string, WithheldAddresses?> withheldBy,
        IReadOnlySet<string> moving
    )
    {
        if (attachment.Status?.Device?.Addresses?.Requested is not { Count: > 0 })
        {
            return [];
        }

        var (name, spec) = (attachment.Metadata.Name, attachment.Spec!);
        var others = cluster
            .AttachmentsIn(spec.SubnetId)
            .Where(other => other.Metadata.Name != name)
            .Select(other => new NeighbourEni(other, EniDecision.Kept(other, inventory.FindBySlot(other.Metadata.Name)), IsNodeLost(other))
            {
                Withheld = withheldBy(other.Metadata.Name),
            })
            .ToList();
        others.AddRange(Retained(spec.SubnetId, others));
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
            {
                Moving = moving,
                Waiting = memory.Waiting(name),
            }
        );
    }

    // What outlived its node is still ours, and no pod can use it.
    private List<NeighbourEni> Retained(string subnetId, IReadOnlyList<NeighbourEni> others)
    {
        var known = others.Select(other => other.Row?.EniId).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. inventory
                .Rows()
                .Where(row => row.SubnetId == subnetId && !row.Adopted && Planning.Retention.IsUnattached(row) && !known.Contains(row.EniId))
                .Select(row => new NeighbourEni(null, row, IsNodeLost: true)),
        ];
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
