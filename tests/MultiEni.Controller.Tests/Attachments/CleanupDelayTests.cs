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
    public void What_hinders_stays_the_reason_and_the_delay_is_in_the_message()
    {
        var claim = CleanupDelay.Describe(new ConditionClaim(true, Reasons.DeviceInUse, "in use by pod a/b"), A.Attachment(deleting: true), Limit);

        Assert.Equal(Reasons.DeviceInUse, claim.Reason);
        Assert.Equal(
            "in use by pod a/b; it has been going away since 2026-01-02T12:00:00Z, longer than the 30 minutes of MAX_CLEANUP_DURATION, and goes on",
            claim.Message
        );
    }

    [Fact]
    public void Where_nothing_else_is_to_say_the_delay_is_the_reason() =>
        Assert.Equal(Reasons.CleanupTimeout, CleanupDelay.Describe(null, A.Attachment(deleting: true), Limit).Reason);
}
