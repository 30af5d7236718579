using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Attachments;

namespace MultiEni.Controller.Summary;

/// <summary>One attachment as an entry of a NodeENI's status. Pure.</summary>
internal static class AttachmentEntry
{
    public static NodeEniAttachment Of(EniAttachment attachment)
    {
        var spec = attachment.Spec!;
        var network = attachment.Status?.Network;
        var device = AgentAnswer.Device(attachment);
        var ready = attachment.Status?.Conditions.Find(ConditionTypes.Ready);
        var advertised = spec.Device.Use != DeviceUses.Plain && AttachmentState.IsHeldByAgent(attachment);
        return new NodeEniAttachment
        {
            NodeId = spec.NodeName,
            InstanceId = spec.InstanceId,
            EniId = network?.EniId ?? "",
            AttachmentId = network?.AttachmentId ?? "",
            SubnetId = spec.SubnetId,
            SubnetCidr = network?.SubnetCidr,
            Mtu = device?.Mtu,
            DeviceIndex = network?.DeviceIndex,
            NetworkCardIndex = network?.NetworkCardIndex,
            Status = AttachmentState.Of(attachment).ToLowerInvariant(),
            MacAddress = network?.MacAddress,
            PrivateIp = network?.PrivateIps is [var primary, ..] ? primary : null,
            InterfaceName = device?.InterfaceName,
            DpdkBound = spec.Device.Use == DeviceUses.Bound ? AgentAnswer.IsBound(attachment) : null,
            DpdkDriver = advertised ? device?.Driver : null,
            DpdkResourceName = advertised ? device?.ResourceName : null,
            DpdkPciAddress = device?.PciAddress,
            Message =
                ready is null or { Status: ConditionStatus.True } || AttachmentState.IsDeletionUnreported(attachment)
                    ? null
                    : Conditions.Cut(ready.Message, AttachmentReport.LongestCopy),
        };
    }
}

/// <summary>
/// Tells whether an attachment is ready as it is specified now. Pure. One that is being deleted is
/// not, whatever its status says: for one that is gone in a moment it is not written.
/// </summary>
internal static class AttachmentReadiness
{
    /// <summary>
    /// Whether it stays, is ready, and was seen to be since its specification changed last.
    /// </summary>
    public static bool Is(EniAttachment attachment)
    {
        return !attachment.Metadata.IsBeingDeleted
            && attachment.Status?.Conditions.Find(ConditionTypes.Ready) is { Status: ConditionStatus.True } ready
            && !(ready.ObservedGeneration < attachment.Metadata.Generation);
    }
}
