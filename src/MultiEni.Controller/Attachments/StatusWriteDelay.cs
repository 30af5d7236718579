using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Controller.Planning;

namespace MultiEni.Controller.Attachments;

/// <summary>
/// Decides for how long a status that is not what it should be may stay unwritten. Pure. An ENI
/// that comes or goes without trouble is through before anybody looks, and a write costs the API
/// server as much as its creation does.
/// </summary>
internal static class StatusWriteDelay
{
    /// <summary>
    /// As above, for one that tells of a wait already: another one in its place is of less
    /// interest.
    /// </summary>
    public static TimeSpan Further { get; } = TimeSpan.FromSeconds(30);

    /// <summary>Zero for what is written at once.</summary>
    /// <param name="attachment">The attachment as it is.</param>
    /// <param name="next">The controller's part of its status as it should be.</param>
    /// <param name="blocker">Why it does not go on, if it does not.</param>
    /// <param name="attempt">
    /// The create attempt that has to be remembered, if there is a new one: nothing else tells a
    /// successor that its predecessor's token is used up.
    /// </param>
    public static TimeSpan Of(EniAttachment attachment, EniAttachmentStatus next, ConditionClaim? blocker, int? attempt)
    {
        var before = attachment.Status;
        if (attempt is not null && attempt != before?.Network?.Attempt)
        {
            return TimeSpan.Zero;
        }

        if (!SameAddresses(before?.Network, next.Network))
        {
            // Pods wait for them, and what is about to be assigned has to be on record before.
            return TimeSpan.Zero;
        }

        var passes = attachment.Metadata.IsBeingDeleted
            ? IsPassing(blocker, TransientReasons.ContainsAnswer)
            : IsPassing(blocker, TransientReasons.Contains) && (IsChanging(before) && IsChanging(next) || !IsAttached(next) && !IsAttached(before));
        return passes ? Passing(attachment) : TimeSpan.Zero;
    }

    private static bool SameAddresses(NetworkStatus? before, NetworkStatus? next) =>
        (before?.AssignedForPods ?? []).SequenceEqual(next?.AssignedForPods ?? [])
        && (before?.RefusedAddresses ?? []).SequenceEqual(next?.RefusedAddresses ?? [])
        && before?.Withdrawal?.Number == next?.Withdrawal?.Number
        && (before?.Withdrawal?.Addresses ?? []).SequenceEqual(next?.Withdrawal?.Addresses ?? []);

    // The agent waits for what is said of an attached ENI and has to know when it is so no more;
    // and what an agent says has lasted already.
    private static bool IsAttached(EniAttachmentStatus? status) => status?.Conditions.IsTrue(ConditionTypes.Attached) == true;

    // One attribute after another: that it is being changed stands there already.
    private static bool IsChanging(EniAttachmentStatus? status) =>
        status?.Conditions.Find(ConditionTypes.Ready) is { Reason: Reasons.Progressing } && IsAttached(status);

    private static bool IsPassing(ConditionClaim? blocker, Func<string, bool> passes) => blocker is null || passes(blocker.Reason);

    private static TimeSpan Passing(EniAttachment attachment) =>
        !AttachmentState.IsDeletionUnreported(attachment)
        && attachment.Status?.Conditions.Find(ConditionTypes.Ready) is { Status: not ConditionStatus.True, Reason: { } said }
        && TransientReasons.Contains(said)
            ? Further
            : TransientReasons.Deferral;
}
