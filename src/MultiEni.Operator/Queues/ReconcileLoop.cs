using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace MultiEni.Operator.Queues;

/// <summary>
/// Workers that take keys from a queue and reconcile them, retrying failures with backoff.
/// </summary>
/// <remarks>
/// A failure is logged when its message is new for the key; the same one again only at debug level.
/// </remarks>
/// <typeparam name="TKey">Names the work.</typeparam>
/// <param name="name">Name in logs and metrics.</param>
/// <param name="queue">Where the keys come from; shut down when the loop ends.</param>
/// <param name="reconcile">
/// Brings one key closer to what is wanted; must look at the present state, not at what caused the
/// call.
/// </param>
/// <param name="options">Workers and grace.</param>
/// <param name="time">Clock.</param>
/// <param name="logger">Log.</param>
public sealed class ReconcileLoop<TKey>(
    string name,
    WorkQueue<TKey> queue,
    Func<TKey, CancellationToken, Task<ReconcileResult>> reconcile,
    ReconcileLoopOptions options,
    TimeProvider time,
    ILogger logger
)
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, string> _lastFailures = new();
    private readonly KeyValuePair<string, object?> _label = new("name", name);

    /// <summary>
    /// Works until cancelled. Then takes no more keys, lets running reconciles finish within the
    /// grace period, cancels those that do not, and returns. The queue is shut down afterwards.
    /// </summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var cut = new CancellationTokenSource();
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellationToken.Register(() =>
        {
            queue.ShutDown();
            stopped.TrySetResult();
        });
        var workers = new Task[options.Workers];
        for (var i = 0; i < workers.Length; i++)
        {
            workers[i] = WorkAsync(cut.Token);
        }

        var finished = Task.WhenAll(workers);
        await Task.WhenAny(finished, stopped.Task);
        try
        {
            await finished.WaitAsync(options.GracePeriod, time, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            OperatorLog.WorkCutShort(logger, name, options.GracePeriod);
            await cut.CancelAsync();
            await finished;
        }
    }

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        // Not the token: the queue's shutdown ends the taking, and work in hand goes on.
        while (await queue.TakeAsync(CancellationToken.None) is { } work)
        {
            var begin = time.GetTimestamp();
            try
            {
                // The first part of a reconcile runs on this worker; without the yield it could
                // starve the start of the others.
                await Task.Yield();
                Settle(work, await reconcile(work.Key, cancellationToken));
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                // Cut short by the shutdown; the next process finds the key again.
            }
            catch (Exception e)
            {
                Retry(work, e);
            }
            finally
            {
                queue.Metrics.ReconcileTime.Record(time.GetElapsedTime(begin).TotalSeconds, _label);
                queue.Done(work.Key);
            }
        }
    }

    private void Settle(QueuedWork<TKey> work, ReconcileResult result)
    {
        queue.Forget(work.Key);
        if (_lastFailures.TryRemove(work.Key, out _))
        {
            OperatorLog.ReconcileRecovered(logger, name, $"{work.Key}");
        }

        if (result is ReconcileResult.LookAgain again)
        {
            queue.AddAfter(work.Key, again.Delay, again.Priority ?? work.Priority);
        }

        Count(result is ReconcileResult.LookAgain ? "requeue_after" : "success");
    }

    private void Retry(QueuedWork<TKey> work, Exception failure)
    {
        var attempt = queue.Failures(work.Key) + 1;
        var delay = queue.AddRateLimited(work.Key, work.Priority);
        var isNew = !_lastFailures.TryGetValue(work.Key, out var before) || before != failure.Message;
        _lastFailures[work.Key] = failure.Message;
        if (isNew)
        {
            OperatorLog.ReconcileFailed(logger, failure, name, $"{work.Key}", attempt, delay, failure.Message);
        }
        else
        {
            OperatorLog.ReconcileStillFails(logger, failure, name, $"{work.Key}", attempt, delay);
        }

        Count("error");
    }

    private void Count(string result) => queue.Metrics.Reconciles.Add(1, _label, new("result", result));
}

/// <summary>How a reconcile loop works.</summary>
public sealed record ReconcileLoopOptions
{
    /// <summary>Keys worked on at the same time.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>
    /// How long running reconciles may go on after the loop was asked to stop; then they are
    /// cancelled.
    /// </summary>
    public TimeSpan GracePeriod { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>What a reconciler wants next for its key. Failure is an exception.</summary>
public abstract record ReconcileResult
{
    private ReconcileResult() { }

    /// <summary>Nothing until something changes.</summary>
    public static ReconcileResult Done { get; } = new Settled();

    /// <summary>
    /// Look again after <paramref name="delay"/>, changes or not, as urgently as this time.
    /// </summary>
    public static ReconcileResult After(TimeSpan delay) => new LookAgain(delay, null);

    /// <summary>
    /// Look again after <paramref name="delay"/>, changes or not, with another priority.
    /// </summary>
    public static ReconcileResult After(TimeSpan delay, int priority) => new LookAgain(delay, priority);

    /// <summary>Nothing until something changes.</summary>
    public sealed record Settled : ReconcileResult;

    /// <summary>
    /// Look again after a while; with the priority of this time when none is given.
    /// </summary>
    public sealed record LookAgain(TimeSpan Delay, int? Priority) : ReconcileResult;
}

/// <summary>Exponential backoff with jitter, as a pure function.</summary>
/// <param name="Initial">Upper bound of the first delay.</param>
/// <param name="Factor">Growth from one attempt to the next.</param>
/// <param name="Maximum">Upper bound of every delay.</param>
/// <param name="Jitter">
/// The share of the delay that is random: 1 for all of it (full jitter), 0 for none.
/// </param>
public sealed record Backoff(TimeSpan Initial, double Factor, TimeSpan Maximum, double Jitter)
{
    /// <summary>1 s, doubling up to 60 s, full jitter.</summary>
    public static Backoff Reconcile { get; } = new(TimeSpan.FromSeconds(1), 2, TimeSpan.FromSeconds(60), 1);

    /// <summary>
    /// 0.8 s, doubling up to 30 s, half of it random: a crowd of agents must not come back in step.
    /// </summary>
    public static Backoff Reconnect { get; } = new(TimeSpan.FromSeconds(0.8), 2, TimeSpan.FromSeconds(30), 0.5);

    /// <summary>
    /// The delay before attempt number <paramref name="attempt"/> + 1, counted from 0.
    /// </summary>
    /// <param name="attempt">How many attempts have failed before, from 0.</param>
    /// <param name="random">A number in [0, 1).</param>
    public TimeSpan Delay(int attempt, double random)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(attempt);
        var ceiling = Math.Min(Maximum.TotalSeconds, Initial.TotalSeconds * Math.Pow(Factor, attempt));
        return TimeSpan.FromSeconds(ceiling * (1 - Jitter + (Jitter * random)));
    }
}
