using MultiEni.Operator.LeaderElection;

namespace MultiEni.Operator.Tests.LeaderElection;

public sealed class LeaseDecisionTests
{
    [Theory]
    [InlineData("other", 15, 0, "Wait")]
    [InlineData("other", 15, 14.9, "Wait")]
    [InlineData("other", 15, 15, "Take")]
    // The holder promised 60 s: our own 15 s do not count.
    [InlineData("other", 60, 20, "Wait")]
    [InlineData("other", 60, 60, "Take")]
    // A lease without a duration gets ours.
    [InlineData("other", null, 14, "Wait")]
    [InlineData("other", null, 15, "Take")]
    [InlineData("other", 0, 15, "Take")]
    [InlineData("", 15, 0, "Take")]
    [InlineData(null, 15, 0, "Take")]
    [InlineData("me", 15, 0, "Renew")]
    [InlineData("me", 15, 100, "Renew")]
    public void A_lease_is_taken_only_when_it_is_free_or_was_silent_for_as_long_as_its_holder_promised(
        string? holder,
        int? duration,
        double unchangedFor,
        string expected
    )
    {
        var lease = new LeaseSpec { HolderIdentity = holder, LeaseDurationSeconds = duration };

        var decision = LeaseDecision.Decide(lease, "me", TimeSpan.FromSeconds(unchangedFor), TimeSpan.FromSeconds(15));

        Assert.Equal(expected, decision.GetType().Name);
    }

    [Fact]
    public void A_missing_lease_is_created() =>
        Assert.IsType<LeaseDecision.Create>(LeaseDecision.Decide(null, "me", TimeSpan.Zero, TimeSpan.FromSeconds(15)));

    [Fact]
    public void The_clock_of_another_machine_does_not_matter()
    {
        var lease = new LeaseSpec
        {
            HolderIdentity = "other",
            LeaseDurationSeconds = 15,
            RenewTime = DateTimeOffset.UnixEpoch,
        };

        Assert.IsType<LeaseDecision.Wait>(LeaseDecision.Decide(lease, "me", TimeSpan.Zero, TimeSpan.FromSeconds(15)));
    }
}
