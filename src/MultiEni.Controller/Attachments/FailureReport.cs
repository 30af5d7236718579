using MultiEni.Controller.Ec2.Failures;
using MultiEni.Controller.Planning;
using MultiEni.Controller.Telemetry;

namespace MultiEni.Controller.Attachments;

/// <summary>What people are told of a failed EC2 call: a condition, and an event when the reason is new. Pure. The metric is counted for every failure.</summary>
/// <param name="Condition">The condition <c>Attached</c> of the attachment; null for answers that only say that the work is done or under way.</param>
/// <param name="Event">Reason of the warning on the NodeENI; null for what passes by itself.</param>
internal sealed record FailureReport(ConditionClaim? Condition, string? Event)
{
    private static readonly FailureReport Silent = new(null, null);

    public static FailureReport For(EniStep step, Ec2Failure failure) =>
        failure.Reaction switch
        {
            // Gone already, or still on its way: what was wanted, or soon will be.
            Ec2Reaction.NotFound or Ec2Reaction.AlreadyDetached or Ec2Reaction.NotDetachedYet or Ec2Reaction.DryRunAllowed => Silent,

            // The budget slows down, and the metric ec2_throttles_total tells; nobody has to do anything.
            Ec2Reaction.Throttled => new(Claim(failure), null),
            _ => new(Claim(failure), step.FailureEvent),
        };

    private static ConditionClaim Claim(Ec2Failure failure) => new(true, failure.Reaction.Reason, FailureMessage.For(failure));
}
