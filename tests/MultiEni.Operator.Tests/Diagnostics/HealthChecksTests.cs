using Microsoft.Extensions.Time.Testing;
using MultiEni.Operator.Diagnostics;
using MultiEni.Operator.Queues;

namespace MultiEni.Operator.Tests.Diagnostics;

public sealed class HealthChecksTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(15);
    private readonly FakeTimeProvider _time = new();
    private readonly HealthChecks _checks = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Work_that_nobody_takes_for_a_quarter_of_an_hour_asks_for_a_restart()
    {
        using var queue = Watched();
        queue.Add("a");
        _time.Advance(Limit - TimeSpan.FromSeconds(1));
        Assert.Empty(_checks.LivenessFailures());
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("work: work waits, and none was taken or finished for 15 min", Assert.Single(_checks.LivenessFailures()));

        await queue.TakeAsync(Stop);
        Assert.Empty(_checks.LivenessFailures());
    }

    [Fact]
    public async Task Work_that_waits_for_its_own_end_counts_and_that_with_a_date_does_not()
    {
        using var queue = Watched();
        queue.Add("a");
        await queue.TakeAsync(Stop);
        queue.AddAfter("b", TimeSpan.FromHours(2));
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Empty(_checks.LivenessFailures());
        Assert.Equal("work: a has been worked on for 60 min", Assert.Single(_checks.ReadinessFailures()));

        queue.Add("a");
        Assert.Empty(_checks.LivenessFailures());
        _time.Advance(Limit);
        Assert.Single(_checks.LivenessFailures());

        queue.Done("a");
        Assert.Empty(_checks.LivenessFailures());
        Assert.Empty(_checks.ReadinessFailures());
    }

    [Fact]
    public async Task As_long_as_anything_is_taken_or_finished_it_lives_and_an_idle_queue_does_for_ever()
    {
        using var queue = Watched();
        _time.Advance(TimeSpan.FromDays(1));
        queue.Add("a");
        queue.Add("b");
        queue.Add("c");
        for (var round = 0; round < 10; round++)
        {
            _time.Advance(Limit - TimeSpan.FromSeconds(1));
            Assert.Empty(_checks.LivenessFailures());
            var work = await queue.TakeAsync(Stop);
            _time.Advance(Limit - TimeSpan.FromSeconds(1));
            Assert.Empty(_checks.LivenessFailures());
            queue.Done(work!.Value.Key);
            queue.Add(work.Value.Key);
        }
    }

    private WorkQueue<string> Watched()
    {
        var queue = new WorkQueue<string>("work", TestMetrics.New(), _time);
        _checks.Add("work", queue);
        return queue;
    }
}
