using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;

namespace MultiEni.Controller.Planning;

/// <summary>Decides which attachments a NodeENI should have. Pure.</summary>
public static class Planner
{
    /// <summary>The plan for one NodeENI.</summary>
    public static Plan Plan(PlanInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var existing = input.Existing.ToDictionary(attachment => attachment.Metadata.Name);
        if (input.NodeEni.Metadata.IsBeingDeleted)
        {
            return new Plan([], existing.Values.Where(a => !a.Metadata.IsBeingDeleted).ToList(), [], 0);
        }

        var desired = new Dictionary<string, EniAttachment>();
        var problems = new List<NodeProblem>();
        foreach (var node in input.Nodes)
        {
            PlanNode(input, node, existing, desired, problems);
        }

        var replacements = new ReplacementAllowance(input.Nodes.Count, existing, desired);
        var apply = new List<EniAttachment>();
        var delete = new List<EniAttachment>();
        foreach (var (name, wanted) in desired)
        {
            if (!existing.TryGetValue(name, out var present))
            {
                apply.Add(wanted);
            }
            else if (present.Metadata.IsBeingDeleted || SpecComparison.SameSpec(present.Spec!, wanted.Spec!))
            {
                continue;
            }
            else if (SpecComparison.SameImmutablePart(present.Spec!, wanted.Spec!))
            {
                apply.Add(wanted);
            }
            else if (replacements.TryTake(present))
            {
                delete.Add(present);
            }
        }

        // Without subnets nobody can tell what is wanted: an unresolved name must never look like a removed one.
        if (input.Network is not null)
        {
            delete.AddRange(existing.Values.Where(a => !desired.ContainsKey(a.Metadata.Name) && !a.Metadata.IsBeingDeleted));
        }
        else
        {
            var matching = input.Nodes.Select(node => node.Name).ToHashSet();
            delete.AddRange(existing.Values.Where(a => !matching.Contains(a.Spec!.NodeName) && !a.Metadata.IsBeingDeleted));
        }

        problems.Sort((left, right) => string.CompareOrdinal(left.NodeName, right.NodeName));
        return new Plan(apply, delete, problems, input.Network is null ? existing.Count - delete.Count : desired.Count);
    }

    private static void PlanNode(
        PlanInput input,
        PlannedNode node,
        Dictionary<string, EniAttachment> existing,
        Dictionary<string, EniAttachment> desired,
        List<NodeProblem> problems
    )
    {
        switch (node.Identity)
        {
            case NodeIdentity.Unknown:
                problems.Add(
                    new NodeProblem(
                        node.Name,
                        Reasons.NodeWithoutProviderId,
                        "the node has no provider ID yet; it gets its ENIs when the cloud provider has introduced it",
                        Temporary: true
                    )
                );
                return;
            case NodeIdentity.NotEc2 other:
                problems.Add(
                    new NodeProblem(
                        node.Name,
                        Reasons.NodeNotOnEc2,
                        $"the node is not an EC2 instance (provider ID {other.ProviderId}) and can have no ENI; narrow spec.nodeSelector",
                        Temporary: false
                    )
                );
                return;
            case NodeIdentity.Ec2 instance when input.Network is not null:
                PlanInstance(input, input.Network, node, instance, existing, desired, problems);
                return;
            default:
                return;
        }
    }

    private static void PlanInstance(
        PlanInput input,
        ResolvedNetwork network,
        PlannedNode node,
        NodeIdentity.Ec2 instance,
        Dictionary<string, EniAttachment> existing,
        Dictionary<string, EniAttachment> desired,
        List<NodeProblem> problems
    )
    {
        var spec = input.NodeEni.Spec!;
        var inZone = network.Subnets.Where(subnet => subnet.Zone == instance.Zone).ToList();
        if (inZone.Count == 0)
        {
            var zones = string.Join(", ", network.Subnets.Select(subnet => subnet.Zone).Distinct().Order());
            problems.Add(
                new NodeProblem(
                    node.Name,
                    Reasons.NoSubnetInZone,
                    $"the node is in zone {instance.Zone} and the subnets of the NodeENI are in {zones}; add a subnet of {instance.Zone}",
                    Temporary: false
                )
            );
            return;
        }

        var wanted = SubnetChoice.For(input.NodeEni, instance, inZone, existing);
        var limit = node.InstanceType is null ? null : input.MaximumEnis(node.InstanceType, spec.NetworkCardIndex);
        var primary = spec.NetworkCardIndex == 0 ? 1 : 0;
        var room = limit is null ? int.MaxValue : limit.Value - primary - input.EnisOfOthers(instance.InstanceId, spec.NetworkCardIndex);
        for (var position = 0; position < wanted.Count; position++)
        {
            var (slot, subnet) = wanted[position];
            if (position >= room)
            {
                problems.Add(
                    new NodeProblem(
                        node.Name,
                        Reasons.InstanceLimit,
                        $"{node.InstanceType} takes {limit} ENIs on network card {spec.NetworkCardIndex}, the primary and those of other NodeENIs included; "
                            + $"{wanted.Count - Math.Max(room, 0)} of {wanted.Count} do not fit. Use a larger instance type, fewer subnets or another network card",
                        Temporary: false
                    )
                );
                return;
            }

            if (position > 0 && !string.IsNullOrEmpty(spec.DpdkPciAddress))
            {
                problems.Add(
                    new NodeProblem(
                        node.Name,
                        Reasons.InvalidSpec,
                        $"spec.dpdkPCIAddress names one device ({spec.DpdkPciAddress}) but the node would get {wanted.Count} ENIs; "
                            + "set subnetPolicy: MostFree, or write one NodeENI for each subnet",
                        Temporary: false
                    )
                );
                return;
            }

            var attachment = Build(input.NodeEni, node, instance, slot, subnet, position, network.SecurityGroupIdsByVpc[subnet.VpcId]);
            desired.Add(attachment.Metadata.Name, attachment);
        }
    }

    private static EniAttachment Build(
        NodeEni nodeEni,
        PlannedNode node,
        NodeIdentity.Ec2 instance,
        string slot,
        ResolvedSubnet subnet,
        int position,
        IReadOnlyList<string> securityGroupIds
    )
    {
        var spec = nodeEni.Spec!;
        var firstIndex = spec.DeviceIndex == 0 ? 1 : spec.DeviceIndex;
        return new EniAttachment
        {
            ApiVersion = Names.ApiVersion,
            Kind = Names.EniAttachmentKind,
            Metadata = new()
            {
                Name = SlotName.Of(nodeEni.Metadata.Name, nodeEni.Metadata.Uid!, instance.InstanceId, slot),
                Labels = new()
                {
                    [Names.NodeEniLabel] = Names.LabelValue(nodeEni.Metadata.Name),
                    [Names.NodeLabel] = Names.LabelValue(node.Name),
                    [Names.InstanceLabel] = instance.InstanceId,
                },
                Finalizers = [Names.EniFinalizer],
                OwnerReferences =
                [
                    new()
                    {
                        ApiVersion = Names.ApiVersion,
                        Kind = Names.NodeEniKind,
                        Name = nodeEni.Metadata.Name,
                        Uid = nodeEni.Metadata.Uid!,
                        Controller = true,
                        BlockOwnerDeletion = true,
                    },
                ],
            },
            Spec = new()
            {
                NodeEniRef = new() { Name = nodeEni.Metadata.Name, Uid = nodeEni.Metadata.Uid! },
                NodeName = node.Name,
                InstanceId = instance.InstanceId,
                Slot = slot,
                SubnetId = subnet.SubnetId,
                SecurityGroupIds = [.. securityGroupIds],
                DeviceIndex = firstIndex + position,
                NetworkCardIndex = spec.NetworkCardIndex,
                DeleteOnTermination = spec.DeleteOnTermination,
                Description = string.IsNullOrEmpty(spec.Description) ? $"NodeENI {nodeEni.Metadata.Name} on node {node.Name}" : spec.Description,
                Tags = spec.Tags is { Count: > 0 } ? new(spec.Tags) : null,
                SourceDestCheck = spec.SourceDestCheck,
                SecondaryPrivateIpCount = spec.SecondaryPrivateIpCount,
                Ipv4PrefixCount = spec.Ipv4PrefixCount,
                Ipv6AddressCount = spec.Ipv6AddressCount,
                Ipv6PrefixCount = spec.Ipv6PrefixCount,
                Mtu = spec.Mtu,
                Device = DeviceSpec.From(spec),
            },
        };
    }
}
