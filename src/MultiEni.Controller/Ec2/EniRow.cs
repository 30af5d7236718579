using MultiEni.Api.NodeEnis;

namespace MultiEni.Controller.Ec2;

/// <summary>
/// One ENI as EC2 describes it: all that a reconcile needs, so that nothing is ever asked for a
/// single ENI (docs/reference/ec2.md#describe-calls).
/// </summary>
/// <param name="EniId">`eni-…`.</param>
/// <param name="Status">
/// `pending`, `available`, `associated`, `attaching`, `in-use`, `detaching`; EC2 may add values.
/// </param>
/// <param name="SubnetId">`subnet-…`.</param>
/// <param name="AvailabilityZone">Zone of the subnet; an ENI can be attached only there.</param>
/// <param name="MacAddress">Lower case with colons; empty while EC2 has not said it.</param>
/// <param name="PrivateIps">IPv4 addresses, the primary one first.</param>
/// <param name="Ipv6Addresses">IPv6 addresses, the primary one first.</param>
/// <param name="Prefixes">Delegated prefixes of both families.</param>
/// <param name="SecurityGroupIds">`sg-…`, sorted.</param>
/// <param name="SourceDestCheck">
/// Whether EC2 drops packets that are neither from nor to the ENI.
/// </param>
/// <param name="Description">Free text.</param>
/// <param name="Tags">All tags.</param>
/// <param name="Attachment">Null while the ENI belongs to no instance.</param>
internal sealed record EniRow(
    string EniId,
    string Status,
    string SubnetId,
    string AvailabilityZone,
    string MacAddress,
    IReadOnlyList<string> PrivateIps,
    IReadOnlyList<string> Ipv6Addresses,
    IReadOnlyList<string> Prefixes,
    IReadOnlyList<string> SecurityGroupIds,
    bool SourceDestCheck,
    string Description,
    IReadOnlyDictionary<string, string> Tags,
    EniAttachmentRow? Attachment
)
{
    /// <summary>
    /// The timeouts of connection tracking that were set; null when EC2 tells of none.
    /// </summary>
    public ConnectionTrackingSpec? ConnectionTracking { get; init; }

    /// <summary>
    /// The IPv6 address that is fixed as the primary one, the first of all; null when none is.
    /// </summary>
    public string? PrimaryIpv6 { get; init; }

    /// <summary>The Elastic IP of its primary address; null when there is none.</summary>
    public EniElasticIp? ElasticIp { get; init; }

    /// <summary>The slot this ENI was created for; null for an ENI that is not ours.</summary>
    public string? Slot => Tags.GetValueOrDefault(EniTags.Slot);

    /// <summary>
    /// Whether it was attached at launch and adopted: it may be changed, and never be detached or
    /// deleted. The tag decides, whatever its value.
    /// </summary>
    public bool Adopted => Tags.ContainsKey(EniTags.Adopted);

    /// <summary>On its way to another state, so that looking again soon tells something.</summary>
    public bool InTransition =>
        Status is EniStates.Pending or EniStates.Attaching or EniStates.Detaching || Attachment?.Status is EniStates.Attaching or EniStates.Detaching;

    /// <summary>Whether both say the same, list by list.</summary>
    public bool SameAs(EniRow other)
    {
        return EniId == other.EniId
            && Status == other.Status
            && SubnetId == other.SubnetId
            && AvailabilityZone == other.AvailabilityZone
            && MacAddress == other.MacAddress
            && SourceDestCheck == other.SourceDestCheck
            && Description == other.Description
            && Attachment == other.Attachment
            && ConnectionTracking == other.ConnectionTracking
            && PrimaryIpv6 == other.PrimaryIpv6
            && ElasticIp == other.ElasticIp
            && PrivateIps.SequenceEqual(other.PrivateIps)
            && Ipv6Addresses.SequenceEqual(other.Ipv6Addresses)
            && Prefixes.SequenceEqual(other.Prefixes)
            && SecurityGroupIds.SequenceEqual(other.SecurityGroupIds)
            && Tags.Count == other.Tags.Count
            && Tags.All(tag => other.Tags.TryGetValue(tag.Key, out var value) && value == tag.Value);
    }
}

/// <summary>Where an ENI is attached.</summary>
/// <param name="AttachmentId">`eni-attach-…`.</param>
/// <param name="InstanceId">Null for attachments to services of AWS.</param>
/// <param name="DeviceIndex">Index on the network card.</param>
/// <param name="NetworkCardIndex">Network card of the instance.</param>
/// <param name="Status">
/// `attaching`, `attached`, `detaching`, `detached`; EC2 may add values.
/// </param>
/// <param name="DeleteOnTermination">Whether the ENI goes with the instance.</param>
/// <param name="AttachTime">When the attachment began.</param>
internal sealed record EniAttachmentRow(
    string AttachmentId,
    string? InstanceId,
    int DeviceIndex,
    int NetworkCardIndex,
    string Status,
    bool DeleteOnTermination,
    DateTimeOffset? AttachTime
)
{
    /// <summary>Whether it is the interface that the instance cannot be without.</summary>
    public bool IsPrimary => DeviceIndex == 0 && NetworkCardIndex == 0;

    /// <summary>ENA Express; null when EC2 tells nothing of it, which is off.</summary>
    public EnaExpressSpec? EnaExpress { get; init; }

    /// <summary>ENA queues; null when EC2 does not tell.</summary>
    public int? EnaQueueCount { get; init; }
}

/// <summary>
/// States of ENIs and attachments that decisions look at; EC2 may send others
/// (docs/reference/ec2.md#states).
/// </summary>
internal static class EniStates
{
    /// <summary>ENI: just created.</summary>
    public const string Pending = "pending";

    /// <summary>ENI: not attached.</summary>
    public const string Available = "available";

    /// <summary>ENI: attached.</summary>
    public const string InUse = "in-use";

    /// <summary>ENI and attachment: on its way to the instance.</summary>
    public const string Attaching = "attaching";

    /// <summary>Attachment: done.</summary>
    public const string Attached = "attached";

    /// <summary>ENI and attachment: on its way from the instance.</summary>
    public const string Detaching = "detaching";

    /// <summary>Attachment: gone.</summary>
    public const string Detached = "detached";
}

/// <summary>One subnet as EC2 describes it.</summary>
/// <param name="SubnetId">`subnet-…`.</param>
/// <param name="VpcId">`vpc-…`.</param>
/// <param name="AvailabilityZone">Zone.</param>
/// <param name="Cidr">IPv4 range; empty when it has none.</param>
/// <param name="FreeAddresses">IPv4 addresses left; EC2 does not know of calls under way.</param>
/// <param name="Tags">All tags.</param>
internal sealed record SubnetRow(
    string SubnetId,
    string VpcId,
    string AvailabilityZone,
    string Cidr,
    int FreeAddresses,
    IReadOnlyDictionary<string, string> Tags
)
{
    /// <summary>Whether it has IPv6 alone; EC2 then counts no free addresses.</summary>
    public bool Ipv6Native { get; init; }

    /// <summary>IPv6 range; null when it has none.</summary>
    public string? Ipv6Cidr { get; init; }

    /// <summary>What it keeps beside its free addresses, as far as that was asked for.</summary>
    public IReadOnlyList<CidrReservation> Reservations { get; init; } = [];
}

/// <summary>
/// An IPv4 range of a subnet from which EC2 chooses no single address by itself
/// (https://docs.aws.amazon.com/vpc/latest/userguide/subnet-cidr-reservation.html).
/// </summary>
/// <param name="Cidr">The range.</param>
/// <param name="Type">`prefix`: EC2 takes prefixes from it. `explicit`: whoever names an address gets it.</param>
internal sealed record CidrReservation(string Cidr, string Type)
{
    /// <summary>For prefixes.</summary>
    public const string Prefix = "prefix";

    /// <summary>For addresses that are named.</summary>
    public const string Explicit = "explicit";
}

/// <summary>One security group as EC2 describes it.</summary>
/// <param name="Id">`sg-…`.</param>
/// <param name="Name">Unique within the VPC.</param>
/// <param name="VpcId">`vpc-…`.</param>
/// <param name="Tags">All tags.</param>
internal sealed record SecurityGroupRow(string Id, string Name, string VpcId, IReadOnlyDictionary<string, string> Tags);

/// <summary>One instance as EC2 describes it.</summary>
/// <param name="InstanceId">`i-…`.</param>
/// <param name="State">
/// `pending`, `running`, `shutting-down`, `terminated`, `stopping`, `stopped`.
/// </param>
/// <param name="Type">Instance type.</param>
/// <param name="Zone">Availability zone.</param>
/// <param name="MetadataHopLimit">
/// Through how many hops its metadata service is reached; null when EC2 does not say.
/// </param>
internal sealed record InstanceRow(string InstanceId, string State, string Type, string Zone, int? MetadataHopLimit = null);
