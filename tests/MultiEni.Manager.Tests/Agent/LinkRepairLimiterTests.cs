using Microsoft.Extensions.Time.Testing;
using MultiEni.Manager.Agent;

namespace MultiEni.Manager.Tests.Agent;

public sealed class LinkRepairLimiterTests
{
    private static readonly AgentWork Work = AgentWork.Attachment("a");

    [Fact]
    public void Five_repairs_a_minute_are_free_and_the_sixth_waits_for_the_first_to_be_a_minute_old()
    {
        var time = new FakeTimeProvider();
        var brake = new LinkRepairLimiter(time);
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(TimeSpan.Zero, brake.Wait(Work));
            brake.Note(Work);
            time.Advance(TimeSpan.FromSeconds(2));
        }

        Assert.Equal(TimeSpan.FromSeconds(50), brake.Wait(Work));
        Assert.Equal(TimeSpan.Zero, brake.Wait(AgentWork.Attachment("b")));
        time.Advance(TimeSpan.FromSeconds(50));
        Assert.Equal(TimeSpan.Zero, brake.Wait(Work));
        brake.Note(Work);
        Assert.Equal(TimeSpan.FromSeconds(2), brake.Wait(Work));
        brake.Forget(Work);
        Assert.Equal(TimeSpan.Zero, brake.Wait(Work));
    }
}
