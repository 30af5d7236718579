using Microsoft.Extensions.Time.Testing;
using MultiEni.Manager.Agent;
using MultiEni.Manager.Safety;

namespace MultiEni.Manager.Tests.Agent;

public sealed class RetryBackoffTests
{
    private static readonly AgentWork Work = AgentWork.Attachment("a");
    private static readonly Blocker Because = new("Because", "of this");
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void The_delay_doubles_up_to_its_bound_and_starts_over_when_forgotten()
    {
        var gate = new RetryBackoff(_time);
        var delays = Enumerable.Range(0, 4).Select(_ => gate.Fail(Work, 1, Because, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15)).TotalSeconds);
        Assert.Equal([5, 10, 15, 15], delays);
        gate.Forget(Work);
        Assert.Equal(5, gate.Fail(Work, 1, Because, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15)).TotalSeconds);
    }

    [Fact]
    public void It_opens_with_time_and_at_once_for_a_changed_specification()
    {
        var gate = new RetryBackoff(_time);
        gate.Fail(Work, 1, Because, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15));
        Assert.Equal((Because, TimeSpan.FromSeconds(5)), gate.Closed(Work, 1));
        Assert.Null(gate.Closed(Work, 2));
        Assert.Null(gate.Closed(AgentWork.Attachment("b"), 1));
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Null(gate.Closed(Work, 1));
    }
}
