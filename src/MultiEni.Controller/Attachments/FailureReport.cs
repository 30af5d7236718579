using MultiEni.Controller.Ec2.Failures;
using MultiEni.Controller.Planning;

namespace MultiEni.Controller.Attachments;

/// <summary>
/// What is reported of a failed EC2 call: a condition, and an event when the reason is new. Pure.
/// The metric is counted for every failure.
/// </summary>
/// <param name="Condition">
/// The condition <c>Attached</c> of the attachment; null for answers that only say that the work is
/// done or under way.
/// </param>
/// <param name="Event">
/// Reason of the warning on the NodeENI; null for what passes by itself.
/// </param>
internal sealed record FailureReport(ConditionClaim? Condition, string? Event)
{
    private static readonly FailureReport Silent = new(null, null);

    /// <summary>What is reported of a failed step.</summary>
    /// <param name="step">The step.</param>
    /// <param name="failure">How it failed.</param>
    /// <param name="subnetId">The subnet of the ENI.</param>
    public static FailureReport For(EniStep step, Ec2Failure failure, string subnetId) =>
        failure.Reaction.Visibility == Visibility.None
            ? Silent
            : new(
                new(true, failure.Reaction.Reason, FailureMessage.For(failure, $"subnet {subnetId}")),
                failure.Reaction.Visibility == Visibility.ConditionAndEvent ? step.FailureEvent : null
            );
}
