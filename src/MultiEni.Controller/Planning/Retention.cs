using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Ec2;

namespace MultiEni.Controller.Planning;

/// <summary>
/// Which ENIs outlive their node (<c>spec.retainPolicy: Retain</c>), and for whom they can be used
/// again. Pure. What is not known counts for the ENI: its addresses are gone for good once it is
/// deleted (docs/eni-settings.md#retained-enis).
/// </summary>
internal static class Retention
{
    /// <summary>Whether the ENI is nobody's at present.</summary>
    public static bool IsUnattached(EniRow row) => row is { Status: EniStates.Available, Attachment: null or { Status: EniStates.Detached } };

    /// <summary>
    /// Whether a NodeENI keeps an ENI of its own that no node has. An adopted one is its launch
    /// template's, whoever has it.
    /// </summary>
    /// <param name="nodeEni">The NodeENI; null when there is none.</param>
    /// <param name="network">Its subnets; null when they are not known at present.</param>
    /// <param name="row">The ENI.</param>
    public static bool Keeps(NodeEni? nodeEni, ResolvedNetwork? network, EniRow row) =>
        nodeEni is { Metadata.IsBeingDeleted: false, Spec: { RetainPolicy: RetainPolicies.Retain } spec }
        && !row.Adopted
        && IsOf(nodeEni.Metadata.Name, row)
        && (network is null || network.Subnets.Any(subnet => subnet.SubnetId == row.SubnetId))
        && (spec.PrivateIpAddresses is not { Count: > 0 } listed || PrimaryOf(row) is not { } primary || listed.Contains(primary));

    /// <summary>
    /// Whether a NodeENI keeps the ENI of an attachment that goes. One that is replaced because EC2
    /// cannot take something away from it is of no use to the next node either.
    /// </summary>
    /// <param name="nodeEni">The NodeENI of the attachment's name; null when there is none.</param>
    /// <param name="network">Its subnets; null when they are not known at present.</param>
    /// <param name="attachment">The specification of the attachment.</param>
    /// <param name="row">Its ENI.</param>
    public static bool Keeps(NodeEni? nodeEni, ResolvedNetwork? network, EniAttachmentSpec attachment, EniRow row) =>
        nodeEni?.Metadata.Uid == attachment.NodeEniRef.Uid
        && Keeps(nodeEni, network, row)
        && nodeEni?.Spec is { } wanted
        && attachment.SecondaryPrivateIpCount <= wanted.SecondaryPrivateIpCount
        && attachment.Ipv4PrefixCount <= wanted.Ipv4PrefixCount
        && attachment.Ipv6AddressCount <= wanted.Ipv6AddressCount
        && attachment.Ipv6PrefixCount <= wanted.Ipv6PrefixCount
        && (wanted.EnablePrimaryIpv6 || !attachment.EnablePrimaryIpv6)
        && ConnectionTimeouts.CanBecome(attachment.ConnectionTracking, wanted.ConnectionTracking);

    /// <summary>
    /// Whether an ENI has what no call can give it: the subnet and the primary address of a
    /// specification.
    /// </summary>
    public static bool CanServe(EniRow row, EniAttachmentSpec spec) =>
        row.SubnetId == spec.SubnetId && (spec.PrivateIpAddress is not { } wanted || PrimaryOf(row) is not { } primary || primary == wanted);

    /// <summary>Whether the ENI was made for a NodeENI of this name.</summary>
    public static bool IsOf(string nodeEni, EniRow row) => row.Tags.GetValueOrDefault(EniTags.NodeEni) == nodeEni;

    /// <summary>The primary IPv4 address; null while EC2 has not reported it, and when there is none.</summary>
    public static string? PrimaryOf(EniRow row) => row.PrivateIps.Count > 0 ? row.PrivateIps[0] : null;
}
