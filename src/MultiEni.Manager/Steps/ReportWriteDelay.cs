using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;

namespace MultiEni.Manager.Steps;

/// <summary>
/// Decides for how long a report that differs from what the status says may stay unwritten. A device without trouble is told of once, when all is done, and
/// on its way back not at all: the finalizer that goes says everything.
/// </summary>
internal static class ReportWriteDelay
{
    /// <summary>Zero for what is written at once; null for what need not be written at all.</summary>
    /// <param name="attachment">The attachment with the agent's latest report.</param>
    /// <param name="step">The step at which it stands.</param>
    /// <param name="next">The report.</param>
    public static TimeSpan? Of(EniAttachment attachment, DeviceStep step, EniAttachmentStatus next)
    {
        var said = StatusReport.Ours(attachment.Status)?.Conditions ?? [];
        if (attachment.Metadata.IsBeingDeleted)
        {
            return Releasing(attachment, said, step);
        }

        if (step is not DeviceStep.Wait wait || !TransientReasons.Contains(wait.Why.Reason) || said.Exists(condition => IsLost(condition, next)))
        {
            return TimeSpan.Zero;
        }

        // That EC2 has not attached the ENI is not the agent's to tell.
        return said.Count == 0 && !EniState.IsAttached(attachment.Status?.Network?.State) ? null : TransientReasons.Deferral;
    }

    private static TimeSpan? Releasing(EniAttachment attachment, List<Condition> said, DeviceStep step) =>
        step switch
        {
            // Who was told of a wait is told of its end.
            DeviceStep.ReleaseDone => said.Find(ConditionTypes.Released) is { Status: not ConditionStatus.True } ? TimeSpan.Zero : null,
            DeviceStep.Nothing => null,
            // From the first sign of life on, the next ones are due at their times.
            DeviceStep.Wait wait when TransientReasons.ContainsAnswer(wait.Why.Reason) && attachment.Status?.Device?.ReleaseHeartbeatTime is null =>
                TransientReasons.Deferral,
            _ => TimeSpan.Zero,
        };

    private static bool IsLost(Condition condition, EniAttachmentStatus next) =>
        condition.Status == ConditionStatus.True && !next.Conditions.IsTrue(condition.Type);
}
