using MultiEni.Api;
using MultiEni.Controller.Attachments;

namespace MultiEni.Controller.Tests.Attachments;

public sealed class TurnClaimTests
{
    public static TheoryData<object, string?> Steps =>
        new()
        {
            { new EniStep.Create(1), Reasons.Creating },
            { new EniStep.Adopt(A.Row()), Reasons.Attaching },
            { new EniStep.SetSourceDestCheck(A.Row(), true), Reasons.Attaching },
            { new EniStep.Attach(A.Row(), 1), Reasons.Attaching },
            { new EniStep.Detach(A.Row(), false), Reasons.Detaching },
            { new EniStep.Delete(A.Row()), Reasons.Deleting },
            // Of an attached ENI its status says what is changed.
            { new EniStep.SetSourceDestCheck(A.Row(attachment: A.Attached()), true), null },
            { new EniStep.SetDescription(A.Row(attachment: A.Attached())), null },
        };

    [Theory]
    [MemberData(nameof(Steps))]
    public void A_step_that_waits_for_its_turn_is_named_and_passes(object step, string? reason)
    {
        var claim = TurnClaim.For((EniStep)step, A.Attachment().Spec!);

        Assert.Equal(reason, claim?.Reason);
        Assert.True(
            claim is null
                || (TransientReasons.Contains(claim.Reason) && claim.Message.EndsWith("EC2's request quotas set the pace", StringComparison.Ordinal))
        );
    }
}
