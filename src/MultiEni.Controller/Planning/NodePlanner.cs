using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Ec2.Failures;

namespace MultiEni.Controller.Planning;

/// <summary>
/// Collects, node by node, the attachments that a NodeENI should have, and why some nodes get
/// fewer. Pure.
/// </summary>
internal sealed class NodePlanner
{
    private readonly PlanInput _input;
    private readonly Dictionary<string, EniAttachment> _existing;
    private readonly ILookup<string, EniAttachment> _existingByInstance;
    private readonly FreeAddresses? _free;
    private readonly FixedAddresses _fixed;
    private readonly AttachmentTemplate? _template;
    private readonly ElasticIpPool _elastic;
    private readonly RetainedEnis _retained;
    private readonly int _firstIndex;

    public NodePlanner(PlanInput input, Dictionary<string, EniAttachment> existing)
    {
        _input = input;
        _existing = existing;
        _existingByInstance = existing.Values.ToLookup(attachment => attachment.Spec!.InstanceId);
        var spec = input.NodeEni.Spec!;
        _firstIndex = DeviceIndexAllocator.First(spec, input.DefaultDeviceIndex);
        _free = input.Network is null ? null : new FreeAddresses(input.Network, input.AttachmentsIn);
        _retained = new RetainedEnis(input);
        _fixed = new FixedAddresses(spec.PrivateIpAddresses, input.AttachmentsIn, existing.Values, _retained.Addresses);
        _elastic = new ElasticIpPool(
            spec.ElasticIps,
            input.ElasticIps,
            spec.ElasticIps is null ? [] : input.ElasticIpsOfOthers().Concat(_retained.ElasticIps),
            existing.Values,
            spec.ElasticIps is null && existing.Values.All(attachment => attachment.Spec!.ElasticIp is null)
                ? ElasticIpHolders.Unknown
                : input.ElasticIpHolders()
        );
        _template = input.Network is null ? null : new AttachmentTemplate(input.NodeEni, input.Network, _firstIndex);
    }

    /// <summary>What should exist, by name.</summary>
    public Dictionary<string, EniAttachment> Desired { get; } = [];

    /// <summary>How many of them on each node that was planned.</summary>
    public Dictionary<string, int> DesiredByNode { get; } = [];

    /// <summary>Nodes that get fewer ENIs than asked for.</summary>
    public List<NodeProblem> Problems { get; } = [];

    /// <summary>Nodes of which nobody can tell yet what they are: what they have stays.</summary>
    public HashSet<string> Undecided { get; } = [];

    /// <summary>
    /// Whether free addresses decided about anything, so that they had better be fresh.
    /// </summary>
    public bool UsedFreeAddresses { get; private set; }

    public void Add(PlannedNode node)
    {
        var before = Desired.Count;
        Plan(node);
        if (_input.Network is not null)
        {
            DesiredByNode[node.Name] = Desired.Count - before;
        }
    }

    private void Plan(PlannedNode node)
    {
        switch (node.Identity)
        {
            case NodeIdentity.Unknown:
                Undecided.Add(node.Name);
                Problems.Add(
                    new NodeProblem(
                        node.Name,
                        Reasons.NodeWithoutProviderId,
                        "the node has no provider ID yet; it gets its ENIs once the cloud provider has set one",
                        Temporary: true
                    )
                );
                return;
            case NodeIdentity.WithoutZone instance:
                Undecided.Add(node.Name);
                Problems.Add(
                    new NodeProblem(
                        node.Name,
                        Reasons.NodeWithoutProviderId,
                        $"the node's provider ID {instance.ProviderId} does not tell its zone and it has no label {NodeIdentity.ZoneLabel} yet; "
                            + "it gets its ENIs when the cloud provider has labelled it",
                        Temporary: true
                    )
                );
                return;
            case NodeIdentity.NotEc2 other:
                Problems.Add(
                    new NodeProblem(
                        node.Name,
                        Reasons.NodeNotOnEc2,
                        $"the provider ID {other.ProviderId} is not that of an EC2 instance, so the node gets no ENI; narrow spec.nodeSelector. "
                            + "If it does run on EC2, start the kubelet with --provider-id=aws:///ZONE/INSTANCE (K3s: "
                            + "--kubelet-arg=provider-id=...), or run the AWS cloud provider",
                        Temporary: false
                    )
                );
                return;
            case NodeIdentity.Ec2 instance when _input.Network is not null:
                Add(node, instance, _input.Network, _free!);
                return;
            default:
                return;
        }
    }

    private void Add(PlannedNode node, NodeIdentity.Ec2 instance, ResolvedNetwork network, FreeAddresses addresses)
    {
        var spec = _input.NodeEni.Spec!;
        var inZone = network.Subnets.Where(subnet => subnet.Zone == instance.Zone).ToList();
        if (inZone.Count == 0)
        {
            var zones = string.Join(", ", network.Subnets.Select(subnet => subnet.Zone).Distinct().Order());
            Problem(
                node,
                Reasons.NoSubnetInZone,
                $"the node is in zone {instance.Zone} and the subnets of the NodeENI are in {zones}; add a subnet of {instance.Zone}"
            );
            return;
        }

        var wanted = SubnetChoice.For(_input, instance, inZone, _existing, addresses, _fixed, _retained);
        if (wanted.Count > 1 && !string.IsNullOrEmpty(spec.DpdkPciAddress))
        {
            Problem(
                node,
                Reasons.InvalidSpec,
                $"spec.dpdkPCIAddress names one device ({spec.DpdkPciAddress}) but the node would get {wanted.Count} ENIs; "
                    + "set subnetPolicy: MostFree, or write one NodeENI for each subnet"
            );
            wanted = [wanted[0]];
        }

        var slots = wanted
            .Select(slot => new Slot(SlotName.Of(_input.NodeEni.Metadata.Name, _input.NodeEni.Metadata.Uid!, instance.InstanceId, slot.Slot), slot))
            .ToList();
        AddSlots(node, instance, slots, addresses);
    }

    private void AddSlots(PlannedNode node, NodeIdentity.Ec2 instance, List<Slot> slots, FreeAddresses addresses)
    {
        var spec = _input.NodeEni.Spec!;
        var limits = node.InstanceType is null ? null : _input.Limits(node.InstanceType);
        var own = _existingByInstance[instance.InstanceId].ToList();
        var others = _input.EnisOfOthers(instance.InstanceId);
        var room = InstanceRoom.Of(limits, spec.NetworkCardIndex, others, own);
        var queues = QueueRoom.Of(limits, spec.NetworkCardIndex, others, own);
        var lacks = new HashSet<string>();
        NodeProblem? lacking = null;
        if (limits is not null && FeaturesUnavailable(node, limits) is { } unavailable)
        {
            Problems.Add(
                new NodeProblem(
                    node.Name,
                    Reasons.UnknownInstanceType,
                    $"which settings of ENIs {node.InstanceType} supports is not known yet: {unavailable}. No ENI is created or changed until EC2 has reported it",
                    Temporary: true
                )
            );
        }

        var indexes = slots
            .Select(slot => _existing.GetValueOrDefault(slot.Name))
            .Where(present => present is not null && DeviceIndexAllocator.Keeps(present, _firstIndex))
            .Select(present => present!.Spec!.DeviceIndex)
            .ToHashSet();
        var refused = 0;
        for (var position = 0; position < slots.Count; position++)
        {
            var slot = slots[position];
            _existing.TryGetValue(slot.Name, out var present);
            var retained = _retained.Find(
                slot.Name,
                node.Name,
                slot.Of.Subnet.SubnetId,
                present,
                address => _fixed.MayHave(slot.Name, slot.Of.Subnet, address)
            );
            var primary = _fixed.For(slot.Name, slot.Of.Subnet, present, retained);
            if (primary is FixedAddress.NoneLeft none)
            {
                Problem(node, Reasons.NoAddressLeft, none.Message);
                if (present is null)
                {
                    continue;
                }
            }

            var settings = Settings(node, present?.Spec, limits, queues, lacks);
            if (present is null && !MayAdd(node, instance, slot, retained is not null, limits, settings, room, addresses, ref refused))
            {
                continue;
            }

            _fixed.Take(slot.Name, primary);
            _retained.Take(retained);
            queues.Take(settings.EnaQueueCount, present?.Spec);
            var elastic = _elastic.For(slot.Name, present, retained?.ElasticIp?.AllocationId);
            if (elastic.Lack is { } lack)
            {
                lacking = new NodeProblem(node.Name, lack.Reason, lack.Message, lack.Temporary);
            }

            var index = DeviceIndexAllocator.Preferred(
                spec.NetworkCardIndex,
                _firstIndex,
                position,
                present,
                indexes,
                limits?.MaximumOn(spec.NetworkCardIndex, settings.EnaQueueCount is not null)
            );
            indexes.Add(index);
            Desired.Add(
                slot.Name,
                _template!.Build(
                    node,
                    instance,
                    slot.Name,
                    slot.Of.Slot,
                    slot.Of.Subnet,
                    index,
                    primary.Address,
                    settings,
                    elastic.ElasticIp,
                    _retained.ClaimOf(present, retained)
                )
            );
        }

        if (lacking is not null)
        {
            Problems.Add(lacking);
        }

        if (lacks.Count > 0)
        {
            Problem(
                node,
                Reasons.SettingNotSupported,
                $"{string.Join(". Also, ", lacks)}. Use another instance type, or a NodeENI of its own for these nodes"
            );
        }

        if (refused > 0)
        {
            var leaving = own.Count(attachment => attachment.Metadata.IsBeingDeleted || !Desired.ContainsKey(attachment.Metadata.Name));
            Problems.Add(room.Problem(node, refused, slots.Count, temporary: leaving >= refused));
        }
    }

    /// <summary>
    /// What an ENI is set to. As long as EC2 cannot be asked what its type supports, one that exists
    /// stays as it is.
    /// </summary>
    private EniSettings Settings(PlannedNode node, EniAttachmentSpec? present, InstanceTypeLimits? limits, QueueRoom queues, HashSet<string> lacks) =>
        present is not null && FeaturesUnavailable(node, limits) is not null
            ? EniSettings.Of(present)
            : EniSettings.Choose(_input.NodeEni.Spec!, present, limits, queues, lacks);

    /// <summary>
    /// Why the features that the NodeENI depends on are not known; null when they are, or when none
    /// are needed, or when EC2 does not know the type either.
    /// </summary>
    private string? FeaturesUnavailable(PlannedNode node, InstanceTypeLimits? limits) =>
        limits?.Features is null && node.InstanceType is not null && EniSettings.AreIn(_input.NodeEni.Spec!) ? _input.LimitsUnavailable : null;

    /// <summary>
    /// Whether an ENI that does not exist yet can be had; asked before anything is created, so that
    /// what does not fit costs no call.
    /// </summary>
    private bool MayAdd(
        PlannedNode node,
        NodeIdentity.Ec2 instance,
        Slot slot,
        bool exists,
        InstanceTypeLimits? limits,
        EniSettings settings,
        InstanceRoom room,
        FreeAddresses addresses,
        ref int refused
    )
    {
        var spec = _input.NodeEni.Spec!;
        if (limits is null && node.InstanceType is not null && _input.LimitsUnavailable is { } why)
        {
            Problems.Add(
                new NodeProblem(
                    node.Name,
                    Reasons.UnknownInstanceType,
                    $"the ENI limit of {node.InstanceType} is not known yet: {why}. No ENI is created until EC2 has reported it",
                    Temporary: true
                )
            );
            return false;
        }

        if (FeaturesUnavailable(node, limits) is not null)
        {
            return false;
        }

        if (limits is not null && 1 + spec.SecondaryPrivateIpCount + spec.Ipv4PrefixCount > limits.Ipv4PerEni)
        {
            Problem(
                node,
                Reasons.InstanceLimit,
                $"an ENI of {limits.InstanceType} holds {limits.Ipv4PerEni} IPv4 addresses or prefixes, its own included; "
                    + $"{1 + spec.SecondaryPrivateIpCount + spec.Ipv4PrefixCount} are asked for. Lower spec.secondaryPrivateIPCount or spec.ipv4PrefixCount"
            );
            return false;
        }

        if (limits?.Ipv6PerEni is { } most && spec.Ipv6AddressCount + spec.Ipv6PrefixCount > most)
        {
            Problem(
                node,
                Reasons.InstanceLimit,
                $"an ENI of {limits.InstanceType} holds {most} IPv6 addresses or prefixes; "
                    + $"{spec.Ipv6AddressCount + spec.Ipv6PrefixCount} are asked for. Lower spec.ipv6AddressCount or spec.ipv6PrefixCount"
            );
            return false;
        }

        if (!slot.Of.Subnet.TakesAddressesOf(spec))
        {
            Problem(
                node,
                Reasons.InvalidSpec,
                $"subnet {slot.Of.Subnet.SubnetId} has IPv6 addresses only; "
                    + "leave spec.secondaryPrivateIPCount and spec.ipv4PrefixCount out, or name a subnet with an IPv4 range"
            );
            return false;
        }

        // Room first: an instance that stays full must not have subnets described at every look.
        if (!room.HasPlace(settings.EnaQueueCount is not null))
        {
            refused++;
            return false;
        }

        // Which ENIs an instance was launched with is read when the attachment is reconciled. One
        // that has none and finds its subnet full learns so from EC2.
        UsedFreeAddresses |= !spec.Adopt;
        var hasAddresses = exists || spec.Adopt || _input.IsAdoptable(instance.InstanceId, slot.Of.Subnet.SubnetId);
        var needed = FreeAddresses.NeededIn(slot.Of.Subnet, spec);
        if (!hasAddresses && addresses.In(slot.Of.Subnet) < needed)
        {
            Problem(
                node,
                Reasons.SubnetFull,
                InsufficientAddresses.Describe(
                    $"subnet {slot.Of.Subnet.SubnetId}",
                    $"{Math.Max(addresses.In(slot.Of.Subnet), 0)} are left without those of ENIs in progress, and {needed} are needed"
                )
            );
            return false;
        }

        room.Take();
        if (!hasAddresses)
        {
            addresses.Take(slot.Of.Subnet, needed);
        }

        return true;
    }

    private void Problem(PlannedNode node, string reason, string message) =>
        Problems.Add(new NodeProblem(node.Name, reason, message, Temporary: false));

    private readonly record struct Slot(string Name, (string Slot, ResolvedSubnet Subnet) Of);
}
