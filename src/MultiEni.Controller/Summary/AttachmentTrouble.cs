using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;

namespace MultiEni.Controller.Summary;

/// <summary>Tells an attachment that needs somebody's help from one that only needs time. Pure.</summary>
public static class AttachmentTrouble
{
    private static readonly HashSet<string> PassingReasons =
    [
        Reasons.Progressing,
        Reasons.Creating,
        Reasons.Attaching,
        Reasons.Attached,
        Reasons.Detaching,
        Reasons.Deleting,
        Reasons.Releasing,
        Reasons.WaitingForRelease,
        Reasons.WaitingForDevice,
        Reasons.Binding,
        Reasons.Publishing,
        Reasons.AllocatableMismatch,
        Reasons.Throttled,
        Reasons.ConcurrentOperation,
        Reasons.Ec2Unavailable,
    ];

    /// <summary>Whether it will not become ready by itself, as far as its reason tells.</summary>
    public static bool Is(EniAttachment attachment) =>
        attachment.Status?.Conditions.Find(ConditionTypes.Ready) is { Status: not ConditionStatus.True } ready
        && !PassingReasons.Contains(ready.Reason);

    /// <summary>Why.</summary>
    public static string Reason(EniAttachment attachment) => attachment.Status?.Conditions.Find(ConditionTypes.Ready)?.Reason ?? Reasons.Progressing;
}
