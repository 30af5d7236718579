using MultiEni.Api.EniAttachments;

namespace MultiEni.Controller.Ec2.Inventory;

/// <summary>
/// Tells which of an instance's ENIs a slot may adopt: those that the launch template attached and
/// gave to this controller by the owner tag (docs/eni-settings.md#enis-of-the-launch-template). The
/// template's tags are on every interface of the launch, so more than the tag has to fit. Pure.
/// </summary>
internal static class LaunchedEnis
{
    /// <summary>
    /// The ENI that a slot adopts: the one at the device index that it prefers, else the one at the
    /// lowest; null when none fits.
    /// </summary>
    public static EniRow? For(EniAttachmentSpec spec, IEnumerable<EniRow> rows) =>
        rows.Where(row => Fits(spec, row))
            .OrderBy(row => row.Attachment!.DeviceIndex != spec.DeviceIndex)
            .ThenBy(row => row.Attachment!.DeviceIndex)
            .ThenBy(row => row.EniId, StringComparer.Ordinal)
            .FirstOrDefault();

    /// <summary>Whether a slot may adopt the ENI.</summary>
    public static bool Fits(EniAttachmentSpec spec, EniRow row) =>
        IsFree(row)
        && row.Attachment!.InstanceId == spec.InstanceId
        && row.Attachment.NetworkCardIndex == spec.NetworkCardIndex
        && row.SubnetId == spec.SubnetId
        && (!row.Tags.TryGetValue(EniTags.NodeEni, out var nodeEni) || nodeEni == spec.NodeEniRef.Name);

    /// <summary>Whether any slot may adopt the ENI.</summary>
    public static bool IsFree(EniRow row) => IsGiven(row) && !row.Tags.ContainsKey(EniTags.Cluster) && !row.Tags.ContainsKey(EniTags.Adopted);

    /// <summary>Whether the ENI was given to this controller, adopted already or not.</summary>
    public static bool IsGiven(EniRow row) =>
        row.Attachment is { InstanceId: not null, Status: EniStates.Attached or EniStates.Attaching } at
        && !at.IsPrimary
        && row.Tags.GetValueOrDefault(EniTags.ManagedBy) == EniTags.Owner
        // The VPC CNI uses every ENI without this mark, and its pods' addresses are on it
        // (docs/reference/ec2.md#vpc-cni).
        && row.Tags.GetValueOrDefault(EniTags.NoManage) == "true"
        // An interface for EFA alone has none, and no network device on the node.
        && row.PrivateIps.Count + row.Ipv6Addresses.Count > 0;
}
