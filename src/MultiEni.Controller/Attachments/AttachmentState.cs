using MultiEni.Api;
using MultiEni.Api.EniAttachments;

namespace MultiEni.Controller.Attachments;

/// <summary>
/// Where the ENI of an attachment is on its road. Pure. The status of one that goes away without
/// trouble is still that from before its deletion.
/// </summary>
internal static class AttachmentState
{
    /// <summary>One of <see cref="EniState"/>.</summary>
    public static string Of(EniAttachment attachment)
    {
        var said = attachment.Status?.Network?.State ?? EniState.Pending;
        return !IsDeletionUnreported(attachment) ? said
            : EniState.IsAttached(said) ? EniState.Releasing
            : EniState.Deleting;
    }

    /// <summary>
    /// Whether the agent's part of the status is still true: of a device that it has given back it
    /// writes nothing more, and its finalizer is gone.
    /// </summary>
    public static bool IsHeldByAgent(EniAttachment attachment)
    {
        return !attachment.Metadata.IsBeingDeleted || attachment.Metadata.HasFinalizer(Names.DeviceFinalizer);
    }

    /// <summary>Whether it is being deleted and its status is from before that.</summary>
    public static bool IsDeletionUnreported(EniAttachment attachment)
    {
        return attachment.Metadata.IsBeingDeleted && !EniState.ReportsDeletion(attachment.Status?.Network?.State);
    }
}
