using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Controller.Planning;

namespace MultiEni.Controller.Attachments;

/// <summary>
/// Says of an attachment that goes away for longer than it should that it does, and that it goes
/// on. Pure.
/// </summary>
internal static class CleanupDelay
{
    public static bool IsOver(EniAttachment attachment, TimeSpan limit, DateTimeOffset now) =>
        attachment.Metadata.DeletionTimestamp is { } since && now - since > limit;

    /// <summary>
    /// The claim with the delay in its message; the reason stays the one that hinders, when one is
    /// known.
    /// </summary>
    public static ConditionClaim Describe(ConditionClaim? blocker, EniAttachment attachment, TimeSpan limit)
    {
        var since = attachment.Metadata.DeletionTimestamp!.Value.UtcDateTime;
        var delay =
            $"cleanup has been running since {since:yyyy-MM-ddTHH:mm:ssZ}, longer than MAX_CLEANUP_DURATION ({limit.TotalMinutes:0} minutes), and continues";
        return blocker is null
            ? new ConditionClaim(true, Reasons.CleanupTimeout, $"EC2 has not finished; {delay}")
            : blocker with
            {
                Message = $"{blocker.Message}; {delay}",
            };
    }
}
