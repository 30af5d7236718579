using MultiEni.Api.NodeEnis;

namespace MultiEni.Controller.Ec2;

/// <summary>
/// The effect of one of our calls, published at once so that nobody has to ask EC2 what we have
/// just done.
/// </summary>
internal abstract record LocalEffect
{
    private LocalEffect() { }

    /// <summary>
    /// A Create is about to be sent for a slot; from here on absence needs proof
    /// (docs/reference/ec2.md#one-eni-per-slot).
    /// </summary>
    public sealed record CreateSent(string Slot) : LocalEffect;

    /// <summary>That Create certainly made nothing: EC2 refused it.</summary>
    public sealed record CreateRefused(string Slot) : LocalEffect;

    /// <summary>
    /// EC2 answered with the new ENI, or with the one an earlier call with this token made.
    /// </summary>
    public sealed record Created(EniRow Row) : LocalEffect;

    /// <summary>
    /// An ENI that the Go controller left, or that was attached at launch, was given our tags.
    /// </summary>
    public sealed record Adopted(EniRow Row) : LocalEffect;

    /// <summary>Our tags were taken off an ENI, which is nobody's from here on.</summary>
    public sealed record Released(EniRow Row) : LocalEffect;

    /// <summary>An attachment began.</summary>
    public sealed record Attached(string EniId, EniAttachmentRow Attachment) : LocalEffect;

    /// <summary>A detachment began.</summary>
    public sealed record Detached(string AttachmentId) : LocalEffect;

    /// <summary>The ENI is deleted.</summary>
    public sealed record Deleted(string EniId) : LocalEffect;

    /// <summary>The source/destination check was set.</summary>
    public sealed record SourceDestCheckSet(string EniId, bool Value) : LocalEffect;

    /// <summary>Delete-on-termination was set.</summary>
    public sealed record DeleteOnTerminationSet(string EniId, string AttachmentId, bool Value) : LocalEffect;

    /// <summary>The security groups were replaced.</summary>
    public sealed record SecurityGroupsSet(string EniId, IReadOnlyList<string> SecurityGroupIds) : LocalEffect;

    /// <summary>The timeouts of connection tracking were set.</summary>
    public sealed record ConnectionTrackingSet(string EniId, ConnectionTrackingSpec Timeouts) : LocalEffect;

    /// <summary>ENA Express was switched.</summary>
    public sealed record EnaExpressSet(string EniId, string AttachmentId, EnaExpressSpec Express) : LocalEffect;

    /// <summary>The first IPv6 address was fixed as the primary one.</summary>
    public sealed record PrimaryIpv6Enabled(string EniId) : LocalEffect;

    /// <summary>An Elastic IP was associated.</summary>
    public sealed record ElasticIpAssociated(string EniId, EniElasticIp ElasticIp) : LocalEffect;

    /// <summary>An Elastic IP was taken away.</summary>
    public sealed record ElasticIpDisassociated(string EniId, string AllocationId) : LocalEffect;

    /// <summary>The description was replaced.</summary>
    public sealed record DescriptionSet(string EniId, string Description) : LocalEffect;

    /// <summary>Tags were added or changed.</summary>
    public sealed record TagsSet(string EniId, IReadOnlyDictionary<string, string> Tags) : LocalEffect;

    /// <summary>Addresses or prefixes were added.</summary>
    public sealed record AddressesAssigned(
        string EniId,
        IReadOnlyList<string> PrivateIps,
        IReadOnlyList<string> Ipv6Addresses,
        IReadOnlyList<string> Prefixes
    ) : LocalEffect;

    /// <summary>Addresses or prefixes, of whichever family, were taken away.</summary>
    public sealed record AddressesUnassigned(string EniId, IReadOnlyList<string> Addresses) : LocalEffect;
}
