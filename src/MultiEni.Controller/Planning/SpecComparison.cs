using MultiEni.Api.EniAttachments;

namespace MultiEni.Controller.Planning;

/// <summary>Tells whether two specifications of an attachment mean the same. Records compare their lists by reference, hence this.</summary>
public static class SpecComparison
{
    /// <summary>Equal in everything.</summary>
    public static bool SameSpec(EniAttachmentSpec left, EniAttachmentSpec right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return SameImmutablePart(left, right)
            && left.DeleteOnTermination == right.DeleteOnTermination
            && left.Description == right.Description
            && left.SourceDestCheck == right.SourceDestCheck
            && left.Mtu == right.Mtu
            && left.Device == right.Device
            && left.SecurityGroupIds.SequenceEqual(right.SecurityGroupIds)
            && SameTags(left.Tags, right.Tags);
    }

    /// <summary>Equal in what cannot change in place; when this is false the attachment must be replaced.</summary>
    public static bool SameImmutablePart(EniAttachmentSpec left, EniAttachmentSpec right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return left.NodeEniRef == right.NodeEniRef
            && left.NodeName == right.NodeName
            && left.InstanceId == right.InstanceId
            && left.Slot == right.Slot
            && left.SubnetId == right.SubnetId
            && left.DeviceIndex == right.DeviceIndex
            && left.NetworkCardIndex == right.NetworkCardIndex
            && left.SecondaryPrivateIpCount == right.SecondaryPrivateIpCount
            && left.Ipv4PrefixCount == right.Ipv4PrefixCount
            && left.Ipv6AddressCount == right.Ipv6AddressCount
            && left.Ipv6PrefixCount == right.Ipv6PrefixCount;
    }

    private static bool SameTags(Dictionary<string, string>? left, Dictionary<string, string>? right)
    {
        if ((left?.Count ?? 0) != (right?.Count ?? 0))
        {
            return false;
        }

        return left is null || left.All(tag => right!.TryGetValue(tag.Key, out var value) && value == tag.Value);
    }
}
