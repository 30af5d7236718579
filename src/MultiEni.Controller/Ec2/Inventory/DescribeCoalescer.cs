namespace MultiEni.Controller.Ec2.Inventory;

/// <summary>
/// Asks one question for many callers. A batch belongs to no caller: one that gives up takes nothing away from the others; only when all
/// have given up is the request cancelled.
/// </summary>
/// <typeparam name="TKey">What is asked for.</typeparam>
/// <typeparam name="TValue">What is answered for each key.</typeparam>
internal sealed class DescribeCoalescer<TKey, TValue> : IDisposable
    where TKey : notnull
{
    private readonly Lock _gate = new();
    private readonly Func<IReadOnlyList<TKey>, CancellationToken, Task<IReadOnlyDictionary<TKey, TValue>>> _describe;
    private readonly Func<Exception, bool> _worthSplitting;
    private readonly CoalescerOptions _options;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private CoalescedBatch<TKey, TValue>? _open;

    /// <summary>Prepares; nothing is asked.</summary>
    /// <param name="describe">Asks for several keys; those without an answer are missing from the result.</param>
    /// <param name="worthSplitting">Whether a failure may be the fault of one key, so that halves may succeed.</param>
    /// <param name="options">Window and sizes.</param>
    /// <param name="time">Clock of the window.</param>
    public DescribeCoalescer(
        Func<IReadOnlyList<TKey>, CancellationToken, Task<IReadOnlyDictionary<TKey, TValue>>> describe,
        Func<Exception, bool> worthSplitting,
        CoalescerOptions options,
        TimeProvider time
    )
    {
        _describe = describe;
        _worthSplitting = worthSplitting;
        _options = options;
        _time = time;
        _timer = time.CreateTimer(
            static coalescer => ((DescribeCoalescer<TKey, TValue>)coalescer!).Flush(),
            this,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan
        );
    }

    /// <summary>The answer for one key, asked together with others; default when there is none.</summary>
    public async Task<TValue?> GetAsync(TKey key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        CoalescedBatch<TKey, TValue> batch;
        Task<TValue?> answer;
        bool full;
        lock (_gate)
        {
            // One that everybody has left is cancelled and answers nobody.
            batch = _open is { Cancelled.IsCancellationRequested: false } open ? open : new(_time.GetTimestamp());
            answer = batch.Join(key);
            full = batch.Count >= _options.Most;
            _open = full ? null : batch;
            _timer.Change(full ? Timeout.InfiniteTimeSpan : Window(batch), Timeout.InfiniteTimeSpan);
        }

        if (full)
        {
            _ = RunAsync(batch);
        }

        try
        {
            return await answer.WaitAsync(cancellationToken);
        }
        finally
        {
            batch.Leave();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private TimeSpan Window(CoalescedBatch<TKey, TValue> batch)
    {
        var left = _options.Longest - _time.GetElapsedTime(batch.Opened);
        return left <= TimeSpan.Zero ? TimeSpan.Zero
            : left < _options.Idle ? left
            : _options.Idle;
    }

    private void Flush()
    {
        CoalescedBatch<TKey, TValue>? batch;
        lock (_gate)
        {
            batch = _open;
            _open = null;
        }

        if (batch is not null)
        {
            _ = RunAsync(batch);
        }
    }

    private async Task RunAsync(CoalescedBatch<TKey, TValue> batch)
    {
        using (batch)
        {
            await AskAsync(batch, batch.Keys, level: 0);
        }
    }

    private async Task AskAsync(CoalescedBatch<TKey, TValue> batch, IReadOnlyList<TKey> keys, int level)
    {
        try
        {
            batch.Answer(keys, await _describe(keys, batch.Cancelled));
        }
        catch (Exception exception) when (keys.Count > 1 && level < _options.Levels && _worthSplitting(exception))
        {
            var half = keys.Count / 2;
            await AskAsync(batch, [.. keys.Take(half)], level + 1);
            await AskAsync(batch, [.. keys.Skip(half)], level + 1);
        }
        catch (Exception exception)
        {
            batch.Fail(keys, exception);
        }
    }
}
