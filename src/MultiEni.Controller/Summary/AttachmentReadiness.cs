using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;

namespace MultiEni.Controller.Summary;

/// <summary>
/// Tells whether an attachment is ready as it is specified now. Pure. One that is being deleted is not, whatever its status says: for one that is gone in
/// a moment it is not written.
/// </summary>
internal static class AttachmentReadiness
{
    /// <summary>Whether it stays, is ready, and was seen to be since its specification changed last.</summary>
    public static bool Is(EniAttachment attachment)
    {
        return !attachment.Metadata.IsBeingDeleted
            && attachment.Status?.Conditions.Find(ConditionTypes.Ready) is { Status: ConditionStatus.True } ready
            && !(ready.ObservedGeneration < attachment.Metadata.Generation);
    }
}
