using MultiEni.Simulator.Ec2.Protocol;
using MultiEni.Simulator.Ec2.State;

namespace MultiEni.Simulator.Ec2.Actions;

/// <summary>
/// Starts a detach. The primary interface stays (docs/reference/ec2.md#attachments); an attachment
/// that has gone is not found (docs/reference/ec2.md#states).
/// </summary>
internal static class DetachNetworkInterface
{
    public static void Execute(Ec2State state, QueryParameters query, XmlAnswer answer)
    {
        var id = query.Required("AttachmentId");
        var force = query.Boolean("Force") ?? false;
        var row = Require(state, id);
        var attachment = row.Attachment!;
        if (attachment is { DeviceIndex: 0, NetworkCardIndex: 0 })
        {
            throw new Ec2Error("OperationNotPermitted", $"The network interface at device index 0 and networkCard index 0 cannot be detached.");
        }

        // As for volumes; the code for interfaces is not confirmed. Force is the way out of a
        // detach that hangs.
        if (attachment.Status == AttachmentStatus.Detaching && !force)
        {
            throw new Ec2Error("IncorrectState", $"Attachment '{id}' is already detaching.");
        }

        state.Lifecycle.Detach(row, force);
        answer.Flag("return", true);
    }

    public static NetworkInterface Require(Ec2State state, string attachmentId)
    {
        ResourceIds.Check("eni-attach-", attachmentId, "InvalidNetworkInterfaceAttachmentId.Malformed");
        return state.NetworkInterfaces.OfAttachment(attachmentId)
            ?? throw new Ec2Error("InvalidAttachmentID.NotFound", $"The attachment '{attachmentId}' does not exist");
    }
}
