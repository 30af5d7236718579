using Microsoft.Extensions.Time.Testing;
using MultiEni.Operator.Queues;

namespace MultiEni.Operator.Tests.Queues;

public sealed class DebouncerTests : IDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _time = new();
    private readonly WorkQueue<string> _queue;
    private readonly Debouncer<string> _pace;
    private TimeSpan _interval = Second;

    public DebouncerTests()
    {
        _queue = new("test", TestMetrics.New(), _time);
        _pace = new(_queue, () => _interval, _time);
    }

    public void Dispose() => _queue.Dispose();

    [Fact]
    public async Task The_first_change_is_looked_at_at_once()
    {
        _pace.Add("a");

        Assert.Equal(1, await WorkAsync());
    }

    [Fact]
    public async Task Thousands_of_changes_are_looked_at_once_in_an_interval()
    {
        var looks = 0;
        for (var change = 0; change < 5000; change++)
        {
            _pace.Add("a");
            looks += await WorkAsync();
            _time.Advance(TimeSpan.FromMilliseconds(1));
        }

        Assert.InRange(looks, 5, 6);
    }

    [Fact]
    public async Task Names_that_come_and_go_for_weeks_are_not_remembered()
    {
        for (var minute = 0; minute < 3 * 7 * 24 * 60; minute++)
        {
            _pace.Add($"nodeeni-{minute}");
            await WorkAsync();
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.InRange(_pace.Remembered, 1, 200);
    }

    [Fact]
    public async Task The_interval_is_that_of_the_moment()
    {
        _pace.Add("a");
        await WorkAsync();
        _interval = 3 * Second;
        _pace.Add("a");

        _time.Advance(2 * Second);
        Assert.Equal(0, await WorkAsync());
        _time.Advance(Second);
        Assert.Equal(1, await WorkAsync());
    }

    [Fact]
    public async Task The_last_change_is_never_lost()
    {
        _pace.Add("a");
        await WorkAsync();
        _pace.Add("a");
        Assert.Equal(0, await WorkAsync());

        // Something else makes it ready in between, and yet another change comes after that.
        _queue.Add("a");
        Assert.Equal(1, await WorkAsync());
        _pace.Add("a");

        _time.Advance(Second);
        Assert.Equal(1, await WorkAsync());
    }

    [Fact]
    public async Task Keys_do_not_wait_for_each_other()
    {
        _pace.Add("a");
        _pace.Add("b");

        Assert.Equal(2, await WorkAsync());
    }

    private async Task<int> WorkAsync()
    {
        var done = 0;
        for (; _queue.Depth > 0; done++)
        {
            _queue.Done((await _queue.TakeAsync(TestContext.Current.CancellationToken))!.Value.Key);
        }

        return done;
    }
}
