using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using MultiEni.Operator.Queues;

namespace MultiEni.Operator.Tests.Queues;

public sealed class ReconcileLoopTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly WorkQueue<string> _queue;
    private readonly RecordingLogger _log = new();
    private readonly CancellationTokenSource _stop = new();

    public ReconcileLoopTests() =>
        _queue = new("test", TestMetrics.New(), _time, new Backoff(TimeSpan.FromSeconds(1), 2, TimeSpan.FromSeconds(60), 0));

    public void Dispose()
    {
        _queue.Dispose();
        _stop.Dispose();
    }

    [Fact]
    public async Task A_failure_is_retried_with_backoff_and_logged_once_per_message()
    {
        var attempts = 0;
        var running = Run(
            (_, _) =>
                ++attempts switch
                {
                    <= 2 => throw new InvalidOperationException("first"),
                    3 => throw new InvalidOperationException("second"),
                    _ => Task.FromResult(ReconcileResult.Done),
                }
        );
        _queue.Add("a");

        await Eventually.Holds(() => _log.Count(LogLevel.Information) == 1, () => _time.Advance(TimeSpan.FromSeconds(1)), "recovery");

        Assert.Equal(4, attempts);
        Assert.Equal(["first", "second"], _log.At(LogLevel.Warning).Select(entry => entry[(entry.LastIndexOf(' ') + 1)..]));
        Assert.Equal(1, _log.Count(LogLevel.Debug));
        Assert.Equal(0, _queue.Failures("a"));
        await _stop.CancelAsync();
        await running.Within();
    }

    [Fact]
    public async Task A_key_that_wants_to_look_again_does()
    {
        var attempts = 0;
        var running = Run((_, _) => Task.FromResult(++attempts == 1 ? ReconcileResult.After(TimeSpan.FromMinutes(5)) : ReconcileResult.Done));
        _queue.Add("a");
        await Eventually.Holds(() => Volatile.Read(ref attempts) == 1, "the first look");

        await Eventually.Holds(() => Volatile.Read(ref attempts) == 2, () => _time.Advance(TimeSpan.FromMinutes(1)), "the second look");

        await _stop.CancelAsync();
        await running.Within();
    }

    [Fact]
    public async Task Stopping_lets_running_work_finish_and_takes_no_more()
    {
        var gate = new TaskCompletionSource();
        var begun = new List<string>();
        var running = Run(
            async (key, cancellationToken) =>
            {
                begun.Add(key);
                await gate.Task.WaitAsync(cancellationToken);
                return ReconcileResult.Done;
            }
        );
        _queue.Add("a");
        _queue.Add("b");
        await Eventually.Holds(() => begun.Count == 1, "work on a");

        await _stop.CancelAsync();
        Assert.False(running.IsCompleted);
        gate.SetResult();
        await running.Within();

        Assert.Equal(["a"], begun);
    }

    [Fact]
    public async Task Work_that_outlasts_the_grace_period_is_cancelled()
    {
        var begun = false;
        var cancelled = false;
        var running = Run(
            async (_, cancellationToken) =>
            {
                begun = true;
                try
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, _time, cancellationToken);
                }
                catch (OperationCanceledException)
                {
                    cancelled = true;
                    throw;
                }

                return ReconcileResult.Done;
            }
        );
        _queue.Add("a");
        await Eventually.Holds(() => begun, "work");

        await _stop.CancelAsync();
        await Eventually.Holds(() => running.IsCompleted, () => _time.Advance(TimeSpan.FromSeconds(1)), "the end of the loop");

        await running;
        Assert.True(cancelled);
    }

    [Fact]
    public async Task As_many_keys_as_there_are_workers_are_worked_on_at_once()
    {
        var gate = new TaskCompletionSource();
        var busy = 0;
        var running = Run(
            async (_, _) =>
            {
                Interlocked.Increment(ref busy);
                await gate.Task;
                return ReconcileResult.Done;
            },
            workers: 3
        );
        foreach (var key in new[] { "a", "b", "c", "d" })
        {
            _queue.Add(key);
        }

        await Eventually.Holds(() => Volatile.Read(ref busy) == 3, "three at once");
        Assert.Equal(1, _queue.Depth);
        gate.SetResult();
        await _stop.CancelAsync();
        await running.Within();
    }

    private Task Run(Func<string, CancellationToken, Task<ReconcileResult>> reconcile, int workers = 1) =>
        new ReconcileLoop<string>("test", _queue, reconcile, new ReconcileLoopOptions { Workers = workers }, _time, _log).RunAsync(_stop.Token);
}
