using Microsoft.Extensions.Time.Testing;
using MultiEni.Operator.Queues;

namespace MultiEni.Operator.Tests.Queues;

public sealed class QueuePaceTests : IDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider time = new();
    private readonly WorkQueue<string> queue;
    private readonly QueuePace<string> pace;
    private TimeSpan interval = Second;

    public QueuePaceTests()
    {
        queue = new("test", time);
        pace = new(queue, () => interval, time);
    }

    public void Dispose() => queue.Dispose();

    [Fact]
    public async Task The_first_change_is_looked_at_at_once()
    {
        pace.Add("a");

        Assert.Equal(1, await WorkAsync());
    }

    [Fact]
    public async Task Thousands_of_changes_are_looked_at_once_in_an_interval()
    {
        var looks = 0;
        for (var change = 0; change < 5000; change++)
        {
            pace.Add("a");
            looks += await WorkAsync();
            time.Advance(TimeSpan.FromMilliseconds(1));
        }

        Assert.InRange(looks, 5, 6);
    }

    [Fact]
    public async Task Names_that_come_and_go_for_weeks_are_not_remembered()
    {
        for (var minute = 0; minute < 3 * 7 * 24 * 60; minute++)
        {
            pace.Add($"nodeeni-{minute}");
            await WorkAsync();
            time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.InRange(pace.Remembered, 1, 200);
    }

    [Fact]
    public async Task The_interval_is_that_of_the_moment()
    {
        pace.Add("a");
        await WorkAsync();
        interval = 3 * Second;
        pace.Add("a");

        time.Advance(2 * Second);
        Assert.Equal(0, await WorkAsync());
        time.Advance(Second);
        Assert.Equal(1, await WorkAsync());
    }

    [Fact]
    public async Task The_last_change_is_never_lost()
    {
        pace.Add("a");
        await WorkAsync();
        pace.Add("a");
        Assert.Equal(0, await WorkAsync());

        // Something else makes it ready in between, and yet another change comes after that.
        queue.Add("a");
        Assert.Equal(1, await WorkAsync());
        pace.Add("a");

        time.Advance(Second);
        Assert.Equal(1, await WorkAsync());
    }

    [Fact]
    public async Task Keys_do_not_wait_for_each_other()
    {
        pace.Add("a");
        pace.Add("b");

        Assert.Equal(2, await WorkAsync());
    }

    private async Task<int> WorkAsync()
    {
        var done = 0;
        for (; queue.Depth > 0; done++)
        {
            queue.Done((await queue.TakeAsync(TestContext.Current.CancellationToken))!.Value.Key);
        }

        return done;
    }
}
