using MultiEni.Api;
using MultiEni.Controller.Attachments;

namespace MultiEni.Controller.Tests.Attachments;

public sealed class WaitClaimTests
{
    public static TheoryData<object, string?> Steps =>
        new()
        {
            { new EniStep.Create(1, 2), Reasons.Creating },
            { new EniStep.Adopt(A.Row()), Reasons.Attaching },
            { new EniStep.AdoptLaunched(A.Row(attachment: A.Attached())), Reasons.Attaching },
            { new EniStep.Release(A.Row(attachment: A.Attached())), Reasons.Deleting },
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
    public void A_call_that_waits_is_named_with_a_reason_that_passes(object step, string? reason)
    {
        var claim = WaitClaim.For((EniStep.Call)step, A.Attachment().Spec!);

        Assert.Equal(reason, claim?.Reason);
        Assert.True(
            claim is null
                || (TransientReasons.Contains(claim.Reason) && claim.Message.EndsWith("limited by EC2's request quotas", StringComparison.Ordinal))
        );
    }
}
