using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;

namespace MultiEni.Controller.Summary;

/// <summary>Tells whether an attachment is ready as it is specified now. Pure.</summary>
public static class AttachmentReadiness
{
    /// <summary>Whether it is ready, and was seen to be since its specification changed last.</summary>
    public static bool Is(EniAttachment attachment)
    {
        ArgumentNullException.ThrowIfNull(attachment);
        return attachment.Status?.Conditions.Find(ConditionTypes.Ready) is { Status: ConditionStatus.True } ready
            && !(ready.ObservedGeneration < attachment.Metadata.Generation);
    }
}
