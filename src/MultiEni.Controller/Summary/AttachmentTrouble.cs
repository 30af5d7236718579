using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Controller.Attachments;
using MultiEni.Controller.Ec2.Permissions;
using MultiEni.Controller.Planning;

namespace MultiEni.Controller.Summary;

/// <summary>
/// Tells an attachment that needs somebody's help from one that only needs time. Pure.
/// </summary>
internal static class AttachmentTrouble
{
    // What takes seconds on a healthy node, and what waits in line for EC2's budget: an hour of it
    // is thousands of ENIs (docs/scaling.md).
    private static readonly TimeSpan OnTheNode = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Unanswered = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan InLine = TimeSpan.FromHours(1);

    private static readonly Dictionary<string, (TimeSpan Patience, string Remedy)> Passing = new(StringComparer.Ordinal)
    {
        [Reasons.WaitingForDevice] = (OnTheNode, "see the kernel log of the node, or delete the ENIAttachment to have the ENI attached anew"),
        [Reasons.WaitingForRelease] = (OnTheNode, ManagerRemedy),
        [Reasons.Binding] = (OnTheNode, "see the log of the ENI manager on the node"),
        [Reasons.Publishing] = (OnTheNode, "see the log of the ENI manager on the node"),
        [Reasons.Releasing] = (OnTheNode, "see the log of the ENI manager on the node"),
        [Reasons.Released] = (OnTheNode, "see the log of the ENI manager on the node, whose finalizer is still there"),
        [Reasons.ConcurrentOperation] = (OnTheNode, "see what holds up the other device of the node"),
        [Reasons.AllocatableMismatch] = (OnTheNode, "see the log of the device plugin on the node, and of the kubelet"),
        [Reasons.Ec2Unavailable] = (Unanswered, "check that the controller reaches the EC2 endpoint: DNS, proxy, VPC endpoint"),
        [Reasons.Throttled] = (InLine, "find out who else calls EC2 in this account, or raise EC2_RATE_PROFILE with the account's quotas"),
        [Reasons.Progressing] = (InLine, ControllerRemedy),
        [Reasons.Creating] = (InLine, ControllerRemedy),
        [Reasons.Attaching] = (InLine, ControllerRemedy),
        [Reasons.Attached] = (InLine, ControllerRemedy),
        [Reasons.Detaching] = (InLine, ControllerRemedy),
        [Reasons.Deleting] = (InLine, ControllerRemedy),
    };

    private const string ManagerRemedy =
        "check that a pod of the eni-manager runs on the node (tolerations and nodeSelector of its DaemonSet) and see its log";

    private const string ControllerRemedy = "see the controller's log and the metric ec2_throttles_total";

    /// <summary>
    /// Whether it will not become ready by itself, as far as its reason and the time tell.
    /// </summary>
    public static bool Is(EniAttachment attachment, DateTimeOffset now)
    {
        return !AttachmentReadiness.Is(attachment) && (!Passing.ContainsKey(Reason(attachment)) || Due(attachment) <= now);
    }

    /// <summary>
    /// When a reason that passes by itself counts as trouble because it has not; null when it never
    /// will, or does already for another cause.
    /// </summary>
    public static DateTimeOffset? Due(EniAttachment attachment)
    {
        // One that was ready before its specification changed waits for the controller alone, which
        // writes at once.
        var isReady = !attachment.Metadata.IsBeingDeleted && attachment.Status?.Conditions.IsTrue(ConditionTypes.Ready) == true;
        return isReady || !Passing.TryGetValue(Reason(attachment), out var limit) ? null : Since(attachment) + limit.Patience;
    }

    /// <summary>Why.</summary>
    public static string Reason(EniAttachment attachment)
    {
        return AttachmentState.IsDeletionUnreported(attachment) ? Reasons.Deleting
            : attachment.Status?.Conditions.Find(ConditionTypes.Ready) is { Status: not ConditionStatus.True, Reason: { } reason } ? reason
            : Reasons.Progressing;
    }

    /// <summary>What blocks it; when it has lasted too long, since when and what to do.</summary>
    public static string Describe(EniAttachment attachment, DateTimeOffset now)
    {
        var ready = attachment.Status?.Conditions.Find(ConditionTypes.Ready);
        var message = ready switch
        {
            _ when AttachmentState.IsDeletionUnreported(attachment) => "being deleted",
            null => "no status reported yet",
            { Status: ConditionStatus.True } => "ready with the previous specification; the change has not been applied yet",
            _ => ready.Message,
        };
        if (Due(attachment) is not { } due || due > now)
        {
            return message;
        }

        var remedy = IsWithoutManager(attachment) ? ManagerRemedy : Passing[Reason(attachment)].Remedy;
        return $"{message}, since {Since(attachment):yyyy-MM-dd'T'HH:mm:ss'Z'}; {remedy}";
    }

    private static bool IsWithoutManager(EniAttachment attachment) =>
        Reason(attachment) == Reasons.WaitingForDevice
        && AgentAnswer.To(attachment, ConditionTypes.Configured, attachment.Status?.Network?.AttachmentId) is null;

    // The node's part begins when EC2 has done its own, and the end of an ENI with its deletion.
    private static DateTimeOffset? Since(EniAttachment attachment)
    {
        var conditions = attachment.Status?.Conditions;
        var since = conditions.Find(ConditionTypes.Ready)?.LastTransitionTime ?? attachment.Metadata.CreationTimestamp;
        var attached = conditions.Find(ConditionTypes.Attached) is { Status: ConditionStatus.True, LastTransitionTime: { } time } ? time : since;
        return new[] { since, attached, attachment.Metadata.DeletionTimestamp }.Max();
    }
}

/// <summary>
/// The condition <c>PermissionsGranted</c>. Pure. It appears with the first missing permission, so
/// that it costs nobody else a write.
/// </summary>
internal static class PermissionClaim
{
    private const int LongestQuote = 200;

    /// <summary>The claim; null when there is nothing to say.</summary>
    /// <param name="denied">Actions that were denied.</param>
    /// <param name="wasShown">Whether the NodeENI has the condition already.</param>
    public static ConditionClaim? For(IReadOnlyList<DeniedPermission> denied, bool wasShown)
    {
        if (denied.Count == 0)
        {
            return wasShown ? new(true, Reasons.AsExpected, "no permission is known to be missing") : null;
        }

        var actions = string.Join(", ", denied.Select(permission => $"ec2:{permission.Action}"));
        var refusal = denied[0].Message.Length <= LongestQuote ? denied[0].Message : denied[0].Message[..LongestQuote] + "…";
        return new(
            false,
            Reasons.Unauthorized,
            $"the controller's role lacks {actions}; grant what is missing, see the IAM policy in the documentation. EC2 says: {refusal}"
        );
    }
}
