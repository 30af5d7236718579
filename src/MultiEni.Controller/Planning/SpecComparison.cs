using MultiEni.Api.EniAttachments;

namespace MultiEni.Controller.Planning;

/// <summary>
/// Tells whether two specifications of an attachment mean the same. Records compare their lists by
/// reference, hence this.
/// </summary>
internal static class SpecComparison
{
    /// <summary>Equal in everything.</summary>
    public static bool SameSpec(EniAttachmentSpec left, EniAttachmentSpec right)
    {
        return CanBecome(left, right)
            && CanBecome(right, left)
            && left.DeleteOnTermination == right.DeleteOnTermination
            && left.Adopt == right.Adopt
            && left.Description == right.Description
            && left.SourceDestCheck == right.SourceDestCheck
            && left.Mtu == right.Mtu
            && left.Device == right.Device
            && left.PodAddresses == right.PodAddresses
            && left.HostAddressing == right.HostAddressing
            && left.ConnectionTracking == right.ConnectionTracking
            && left.EnaExpress == right.EnaExpress
            && left.ElasticIp == right.ElasticIp
            && left.RetainedEni == right.RetainedEni
            && left.SecurityGroupIds.SequenceEqual(right.SecurityGroupIds)
            && SameTags(left.Tags, right.Tags);
    }

    /// <summary>
    /// Whether what exists can become what is wanted in place; when not, the attachment must be
    /// replaced. Addresses can be added to an ENI. Which of them could be taken away nobody here
    /// knows, so fewer of them is a new ENI.
    /// </summary>
    public static bool CanBecome(EniAttachmentSpec present, EniAttachmentSpec wanted)
    {
        return present.NodeEniRef == wanted.NodeEniRef
            && present.NodeName == wanted.NodeName
            && present.InstanceId == wanted.InstanceId
            && present.Slot == wanted.Slot
            && present.SubnetId == wanted.SubnetId
            && present.DeviceIndex == wanted.DeviceIndex
            && present.NetworkCardIndex == wanted.NetworkCardIndex
            && present.PrivateIpAddress == wanted.PrivateIpAddress
            && present.EnaQueueCount == wanted.EnaQueueCount
            && ConnectionTimeouts.CanBecome(present.ConnectionTracking, wanted.ConnectionTracking)
            && present.SecondaryPrivateIpCount <= wanted.SecondaryPrivateIpCount
            && present.Ipv4PrefixCount <= wanted.Ipv4PrefixCount
            && present.Ipv6AddressCount <= wanted.Ipv6AddressCount
            && present.Ipv6PrefixCount <= wanted.Ipv6PrefixCount
            && (wanted.EnablePrimaryIpv6 || !present.EnablePrimaryIpv6);
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
