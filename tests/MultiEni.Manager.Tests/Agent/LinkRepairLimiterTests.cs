using Microsoft.Extensions.Time.Testing;
using MultiEni.Manager.Agent;

namespace MultiEni.Manager.Tests.Agent;

public sealed class LinkRepairLimiterTests
{
    private static readonly AgentWork Work = AgentWork.Attachment("a");

    [Fact]
    public void Six_repairs_a_minute_are_free_and_the_seventh_waits_for_the_first_to_be_a_minute_old()
    {
        var time = new FakeTimeProvider();
        var limiter = new LinkRepairLimiter(time);
        for (var i = 0; i < 6; i++)
        {
            Assert.Equal(TimeSpan.Zero, limiter.Wait(Work));
            limiter.Note(Work);
            time.Advance(TimeSpan.FromSeconds(2));
        }

        Assert.Equal(TimeSpan.FromSeconds(48), limiter.Wait(Work));
        Assert.Equal(TimeSpan.Zero, limiter.Wait(AgentWork.Attachment("b")));
        time.Advance(TimeSpan.FromSeconds(48));
        Assert.Equal(TimeSpan.Zero, limiter.Wait(Work));
        limiter.Note(Work);
        Assert.Equal(TimeSpan.FromSeconds(2), limiter.Wait(Work));
        limiter.Forget(Work);
        Assert.Equal(TimeSpan.Zero, limiter.Wait(Work));
    }
}
