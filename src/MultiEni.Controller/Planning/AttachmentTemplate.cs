using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.NodeEnis;

namespace MultiEni.Controller.Planning;

/// <summary>
/// Makes the attachments of a NodeENI, as it asks for them. What all of them say alike is one
/// object in all of them: a plan of thousands of nodes is made anew whenever one of them changes.
/// Pure.
/// </summary>
internal sealed class AttachmentTemplate(NodeEni nodeEni, ResolvedNetwork network, int firstIndex)
{
    // As long as EC2 takes, and the schema of the attachment with it.
    private const int LongestDescription = 255;

    private readonly string _labelValue = Names.LabelValue(nodeEni.Metadata.Name);
    private readonly NodeEniReference _reference = new() { Name = nodeEni.Metadata.Name, Uid = nodeEni.Metadata.Uid! };
    private readonly DeviceSpec _device = DeviceSpec.From(nodeEni.Spec!);
    private readonly Dictionary<string, string>? _tags = nodeEni.Spec!.Tags is { Count: > 0 } tags ? new(tags) : null;
    private readonly PodAddressesSpec? _podAddresses = nodeEni.Spec!.PodAddresses is { FixedCidrs: { } ranges } pods
        ? pods with
        {
            FixedCidrs = ranges.ConvertAll(AddressRange.Masked),
        }
        : nodeEni.Spec.PodAddresses;
    private readonly List<string> _finalizers = [Names.EniFinalizer];
    private readonly Dictionary<string, string> _annotations = new() { [Names.DeviceIndexBase] = DeviceIndexAllocator.BaseOf(firstIndex) };
    private readonly Dictionary<string, List<string>> _groupsByVpc = network.SecurityGroupIdsByVpc.ToDictionary(
        vpc => vpc.Key,
        vpc => new List<string>(vpc.Value)
    );
    private readonly List<OwnerReference> _owners =
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
    ];

    /// <summary>The attachment of one slot.</summary>
    public EniAttachment Build(
        PlannedNode node,
        NodeIdentity.Ec2 instance,
        string name,
        string slot,
        ResolvedSubnet subnet,
        int deviceIndex,
        string? primaryAddress,
        EniSettings settings,
        ElasticIpSpec? elasticIp,
        string? retainedEni
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
                Labels = new(3)
                {
                    [Names.NodeEniLabel] = _labelValue,
                    [Names.NodeLabel] = Names.LabelValue(node.Name),
                    [Names.InstanceLabel] = instance.InstanceId,
                },
                Annotations = _annotations,
                Finalizers = _finalizers,
                OwnerReferences = _owners,
            },
            Spec = new()
            {
                NodeEniRef = _reference,
                NodeName = node.Name,
                InstanceId = instance.InstanceId,
                Slot = slot,
                SubnetId = subnet.SubnetId,
                SecurityGroupIds = _groupsByVpc[subnet.VpcId],
                DeviceIndex = deviceIndex,
                NetworkCardIndex = spec.NetworkCardIndex,
                DeleteOnTermination = spec.DeleteOnTermination,
                Adopt = spec.Adopt,
                Description = string.IsNullOrEmpty(spec.Description) ? Description(node) : spec.Description,
                Tags = _tags,
                SourceDestCheck = spec.SourceDestCheck,
                SecondaryPrivateIpCount = spec.SecondaryPrivateIpCount,
                Ipv4PrefixCount = spec.Ipv4PrefixCount,
                Ipv6AddressCount = spec.Ipv6AddressCount,
                Ipv6PrefixCount = spec.Ipv6PrefixCount,
                EnablePrimaryIpv6 = spec.EnablePrimaryIpv6,
                PrivateIpAddress = primaryAddress,
                RetainedEni = retainedEni,
                ElasticIp = elasticIp,
                PodAddresses = _podAddresses,
                HostAddressing = spec.HostAddressing == HostAddressings.None ? null : spec.HostAddressing,
                ConnectionTracking = settings.ConnectionTracking,
                EnaExpress = settings.EnaExpress,
                EnaQueueCount = settings.EnaQueueCount,
                Mtu = spec.Mtu,
                Device = _device,
            },
        };
    }

    private string Description(PlannedNode node)
    {
        var description = $"NodeENI {nodeEni.Metadata.Name} on node {node.Name}";
        return description.Length <= LongestDescription ? description : $"{description[..(LongestDescription - 3)]}...";
    }
}
