using Amazon.EC2.Model;
using MultiEni.Api.Kubernetes;

namespace MultiEni.Controller.Ec2;

/// <summary>
/// Turns what the SDK read into rows. In the SDK's version 4 every list is null when empty and
/// every value nullable (docs/reference/ec2.md#aws-sdk-for-net). What many ENIs say alike, above
/// all their tags, is kept once for all of them.
/// </summary>
internal static class SdkRows
{
    public static EniRow Eni(NetworkInterface eni) =>
        new(
            Shared(eni.NetworkInterfaceId),
            Shared(eni.Status?.Value),
            Shared(eni.SubnetId),
            Shared(eni.AvailabilityZone),
            eni.MacAddress?.ToLowerInvariant() ?? "",
            PrivateIps(eni),
            [.. (eni.Ipv6Addresses ?? []).OrderByDescending(IsPrimary).Select(address => address.Ipv6Address)],
            [.. (eni.Ipv4Prefixes ?? []).Select(prefix => prefix.Ipv4Prefix), .. (eni.Ipv6Prefixes ?? []).Select(prefix => prefix.Ipv6Prefix)],
            [.. (eni.Groups ?? []).Select(group => Shared(group.GroupId)).Order(StringComparer.Ordinal)],
            eni.SourceDestCheck ?? true,
            eni.Description ?? "",
            Tags(eni.TagSet),
            eni.Attachment is { AttachmentId: not null } attachment ? Attachment(attachment) : null
        )
        {
            ElasticIp = eni.Association is { AllocationId: { } allocation } association
                ? new(allocation, association.AssociationId ?? "", association.PublicIp ?? "")
                : null,
            PrimaryIpv6 = (eni.Ipv6Addresses ?? []).Find(IsPrimary)?.Ipv6Address,
            ConnectionTracking = eni.ConnectionTrackingConfiguration is { } timeouts
                ? new()
                {
                    TcpEstablishedTimeout = timeouts.TcpEstablishedTimeout,
                    UdpStreamTimeout = timeouts.UdpStreamTimeout,
                    UdpTimeout = timeouts.UdpTimeout,
                }
                : null,
        };

    public static ElasticIpRow ElasticIp(Address address) => new(address.AllocationId, address.AssociationId, address.NetworkInterfaceId);

    public static SubnetRow Subnet(Subnet subnet) =>
        new(
            subnet.SubnetId,
            subnet.VpcId ?? "",
            subnet.AvailabilityZone ?? "",
            subnet.CidrBlock ?? "",
            subnet.AvailableIpAddressCount ?? 0,
            Tags(subnet.Tags)
        )
        {
            Ipv6Native = subnet.Ipv6Native ?? false,
            Ipv6Cidr = (subnet.Ipv6CidrBlockAssociationSet ?? [])
                .Find(block => block.Ipv6CidrBlockState?.State?.Value == "associated")
                ?.Ipv6CidrBlock,
        };

    public static CidrReservation CidrReservation(SubnetCidrReservation range) => new(range.Cidr ?? "", range.ReservationType?.Value ?? "");

    public static SecurityGroupRow SecurityGroup(SecurityGroup group) =>
        new(group.GroupId, group.GroupName ?? "", group.VpcId ?? "", Tags(group.Tags));

    public static InstanceRow Instance(Instance instance) =>
        new(
            instance.InstanceId,
            instance.State?.Name?.Value ?? "",
            instance.InstanceType?.Value ?? "",
            instance.Placement?.AvailabilityZone ?? "",
            instance.MetadataOptions?.HttpPutResponseHopLimit
        );

    /// <summary>Null when EC2 says nothing of the type's network.</summary>
    public static InstanceTypeLimits? Limits(InstanceTypeInfo type)
    {
        if (type.NetworkInfo is not { } network)
        {
            return null;
        }

        IReadOnlyList<int> perCard = network.NetworkCards is { Count: > 0 } cards
            ? [.. cards.OrderBy(card => card.NetworkCardIndex ?? 0).Select(card => card.MaximumNetworkInterfaces ?? 0)]
            : [network.MaximumNetworkInterfaces ?? 0];
        // The total can be less than the cards add up to.
        var total = network.MaximumNetworkInterfaces is > 0 and var stated ? Math.Min(stated, perCard.Sum()) : perCard.Sum();
        return new(type.InstanceType?.Value ?? "", total, perCard, network.Ipv4AddressesPerInterface ?? 1)
        {
            Ipv6PerEni = network.Ipv6AddressesPerInterface,
            Features = new(type.Hypervisor?.Value != "xen", network.EnaSrdSupported ?? false, Queues(network)),
        };
    }

    // Numbers that EC2 leaves out limit nothing.
    private static IReadOnlyList<CardQueues> Queues(NetworkInfo network) =>
        network.FlexibleEnaQueuesSupport?.Value == "supported"
            ?
            [
                .. (network.NetworkCards ?? [])
                    .OrderBy(card => card.NetworkCardIndex ?? 0)
                    .Select(card => new CardQueues(
                        card.DefaultEnaQueueCountPerInterface ?? 0,
                        card.MaximumEnaQueueCountPerInterface ?? int.MaxValue,
                        card.MaximumEnaQueueCount ?? int.MaxValue,
                        card.AdditionalFlexibleNetworkInterfaces ?? 0
                    )),
            ]
            : [];

    private static EniAttachmentRow Attachment(NetworkInterfaceAttachment attachment) =>
        new(
            attachment.AttachmentId,
            attachment.InstanceId is { } instance ? Shared(instance) : null,
            attachment.DeviceIndex ?? 0,
            attachment.NetworkCardIndex ?? 0,
            Shared(attachment.Status?.Value),
            attachment.DeleteOnTermination ?? false,
            attachment.AttachTime is { } time ? new DateTimeOffset(time.ToUniversalTime(), TimeSpan.Zero) : null
        )
        {
            EnaExpress = attachment.EnaSrdSpecification is { } express
                ? new() { Enabled = express.EnaSrdEnabled ?? false, Udp = express.EnaSrdUdpSpecification?.EnaSrdUdpEnabled ?? false }
                : null,
            EnaQueueCount = attachment.EnaQueueCount,
        };

    private static bool IsPrimary(NetworkInterfaceIpv6Address address) => address.IsPrimaryIpv6 ?? false;

    private static IReadOnlyList<string> PrivateIps(NetworkInterface eni) =>
        eni.PrivateIpAddresses is { Count: > 0 } addresses
            ? [.. addresses.OrderByDescending(address => address.Primary ?? false).Select(address => address.PrivateIpAddress)]
        : eni.PrivateIpAddress is { } primary ? [primary]
        : [];

    private static Dictionary<string, string> Tags(List<Tag>? tags)
    {
        var result = new Dictionary<string, string>(tags?.Count ?? 0, StringComparer.Ordinal);
        foreach (var tag in tags ?? [])
        {
            result[Shared(tag.Key)] = Shared(tag.Value);
        }

        return result;
    }

    private static string Shared(string? text) => SharedStrings.Default.Of(text ?? "");
}
