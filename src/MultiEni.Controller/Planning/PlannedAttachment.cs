using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;

namespace MultiEni.Controller.Planning;

/// <summary>The attachment of one slot, as a NodeENI asks for it. Pure.</summary>
internal static class PlannedAttachment
{
    public static EniAttachment Build(
        NodeEni nodeEni,
        PlannedNode node,
        NodeIdentity.Ec2 instance,
        string name,
        string slot,
        ResolvedSubnet subnet,
        IReadOnlyList<string> securityGroupIds,
        int deviceIndex,
        string deviceIndexBase
    )
    {
        var spec = nodeEni.Spec!;
        return new EniAttachment
        {
            ApiVersion = Names.ApiVersion,
            Kind = Names.EniAttachmentKind,
            Metadata = new()
            {
                Name = name,
                Labels = new()
                {
                    [Names.NodeEniLabel] = Names.LabelValue(nodeEni.Metadata.Name),
                    [Names.NodeLabel] = Names.LabelValue(node.Name),
                    [Names.InstanceLabel] = instance.InstanceId,
                },
                Annotations = new() { [Names.DeviceIndexBase] = deviceIndexBase },
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
                DeviceIndex = deviceIndex,
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
