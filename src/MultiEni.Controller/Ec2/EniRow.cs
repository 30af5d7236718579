namespace MultiEni.Controller.Ec2;

/// <summary>
/// One ENI as EC2 describes it: all that a reconcile needs, so that nothing is ever asked for a single ENI (docs/reference/ec2.md#describe-calls).
/// </summary>
/// <param name="EniId">`eni-…`.</param>
/// <param name="Status">`pending`, `available`, `associated`, `attaching`, `in-use`, `detaching`; EC2 may add values.</param>
/// <param name="SubnetId">`subnet-…`.</param>
/// <param name="AvailabilityZone">Zone of the subnet; an ENI can be attached only there.</param>
/// <param name="MacAddress">Lower case with colons; empty while EC2 has not said it.</param>
/// <param name="PrivateIps">IPv4 addresses, the primary one first.</param>
/// <param name="Ipv6Addresses">IPv6 addresses.</param>
/// <param name="Prefixes">Delegated prefixes of both families.</param>
/// <param name="SecurityGroupIds">`sg-…`, sorted.</param>
/// <param name="SourceDestCheck">Whether EC2 drops packets that are neither from nor to the ENI.</param>
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
    /// <summary>The slot this ENI was created for; null for an ENI that is not ours.</summary>
    public string? Slot => Tags.GetValueOrDefault(EniTags.Slot);

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
            && PrivateIps.SequenceEqual(other.PrivateIps)
            && Ipv6Addresses.SequenceEqual(other.Ipv6Addresses)
            && Prefixes.SequenceEqual(other.Prefixes)
            && SecurityGroupIds.SequenceEqual(other.SecurityGroupIds)
            && Tags.Count == other.Tags.Count
            && Tags.All(tag => other.Tags.TryGetValue(tag.Key, out var value) && value == tag.Value);
    }
}
