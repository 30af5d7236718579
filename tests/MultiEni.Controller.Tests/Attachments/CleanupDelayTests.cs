using MultiEni.Api;
using MultiEni.Controller.Attachments;
using MultiEni.Controller.Planning;

namespace MultiEni.Controller.Tests.Attachments;

public sealed class CleanupDelayTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(30);

    [Theory]
    [InlineData(true, 31, true)]
    [InlineData(true, 30, false)]
    [InlineData(false, 600, false)]
    public void Only_a_deletion_that_takes_longer_than_the_limit_is_late(bool deleting, int minutes, bool late) =>
        Assert.Equal(late, CleanupDelay.IsOver(A.Attachment(deleting: deleting), Limit, A.Noon.AddMinutes(minutes)));

    [Fact]
    public void A_delayed_cleanup_keeps_its_blockers_reason_and_adds_the_delay_to_the_message()
    {
        var claim = CleanupDelay.Describe(new ConditionClaim(true, Reasons.DeviceInUse, "in use by pod a/b"), A.Attachment(deleting: true), Limit);

        Assert.Equal(Reasons.DeviceInUse, claim.Reason);
        Assert.Equal(
            "in use by pod a/b; cleanup has been running since 2026-01-02T12:00:00Z, longer than MAX_CLEANUP_DURATION (30 minutes), and continues",
            claim.Message
        );
    }

    [Fact]
    public void A_delayed_cleanup_without_a_blocker_has_the_reason_CleanupTimeout() =>
        Assert.Equal(Reasons.CleanupTimeout, CleanupDelay.Describe(null, A.Attachment(deleting: true), Limit).Reason);
}
