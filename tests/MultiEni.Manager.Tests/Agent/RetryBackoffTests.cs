using Microsoft.Extensions.Time.Testing;
using MultiEni.Manager.Agent;
using MultiEni.Manager.Safety;

namespace MultiEni.Manager.Tests.Agent;

public sealed class RetryBackoffTests
{
    private static readonly AgentWork Work = AgentWork.Attachment("a");
    private static readonly Blocker Because = new("Because", "of this");
    private static readonly RetryDelays Delays = new(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15));
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void The_delay_doubles_up_to_its_bound_and_starts_over_when_forgotten()
    {
        var backoff = new RetryBackoff(_time);
        var delays = Enumerable.Range(0, 4).Select(_ => backoff.Fail(Work, 1, Because, Delays).TotalSeconds);
        Assert.Equal([5, 10, 15, 15], delays);
        backoff.Forget(Work);
        Assert.Equal(5, backoff.Fail(Work, 1, Because, Delays).TotalSeconds);
    }

    [Fact]
    public void A_retry_is_due_after_the_delay_and_at_once_for_a_changed_specification()
    {
        var backoff = new RetryBackoff(_time);
        backoff.Fail(Work, 1, Because, Delays);
        Assert.Equal((Because, TimeSpan.FromSeconds(5)), backoff.Closed(Work, 1));
        Assert.Null(backoff.Closed(Work, 2));
        Assert.Null(backoff.Closed(AgentWork.Attachment("b"), 1));
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Null(backoff.Closed(Work, 1));
    }
}
