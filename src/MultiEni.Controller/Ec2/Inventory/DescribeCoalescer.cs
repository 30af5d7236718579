namespace MultiEni.Controller.Ec2.Inventory;

/// <summary>
/// Asks one question for many callers. A batch belongs to no caller: one that gives up takes
/// nothing away from the others; only when all have given up is the request cancelled.
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
    /// <param name="describe">
    /// Asks for several keys; those without an answer are missing from the result.
    /// </param>
    /// <param name="worthSplitting">
    /// Whether a failure may be the fault of one key, so that halves may succeed.
    /// </param>
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

    /// <summary>
    /// The answer for one key, asked together with others; default when there is none.
    /// </summary>
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

/// <summary>One question on its way, and those who wait for it.</summary>
internal sealed class CoalescedBatch<TKey, TValue>(long opened) : IDisposable
    where TKey : notnull
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TKey, TaskCompletionSource<TValue?>> _answers = [];
    private readonly CancellationTokenSource _cancellation = new();
    private int _waiting;
    private bool _over;

    /// <summary>Time stamp of the first question.</summary>
    public long Opened => opened;

    /// <summary>Different keys.</summary>
    public int Count => _answers.Count;

    /// <summary>Different keys, in order of arrival.</summary>
    public IReadOnlyList<TKey> Keys => [.. _answers.Keys];

    /// <summary>Cancelled when nobody waits any more.</summary>
    public CancellationToken Cancelled => _cancellation.Token;

    /// <summary>Adds a caller, under the coalescer's lock.</summary>
    public Task<TValue?> Join(TKey key)
    {
        lock (_gate)
        {
            _waiting++;
            if (!_answers.TryGetValue(key, out var answer))
            {
                _answers.Add(key, answer = new(TaskCreationOptions.RunContinuationsAsynchronously));
            }

            return answer.Task;
        }
    }

    /// <summary>A caller has its answer, or has given up.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            if (--_waiting == 0 && !_over)
            {
                _cancellation.Cancel();
            }
        }
    }

    public void Answer(IReadOnlyList<TKey> keys, IReadOnlyDictionary<TKey, TValue> values)
    {
        foreach (var key in keys)
        {
            _answers[key].TrySetResult(values.GetValueOrDefault(key));
        }
    }

    public void Fail(IReadOnlyList<TKey> keys, Exception exception)
    {
        foreach (var key in keys)
        {
            var answer = _answers[key];
            answer.TrySetException(exception);
            // Nobody may be left to look at it.
            _ = answer.Task.Exception;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _over = true;
            _cancellation.Dispose();
        }
    }
}

/// <summary>
/// When questions that came together are asked together (docs/reference/ec2.md#rate-budget).
/// </summary>
internal sealed record CoalescerOptions
{
    /// <summary>A batch goes when no question came for this long.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>A batch goes at this age at the latest.</summary>
    public TimeSpan Longest { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A batch goes at once with this many questions.</summary>
    public int Most { get; init; } = Ec2Client.FilterValues;

    /// <summary>How often a failed batch is halved at most.</summary>
    public int Levels { get; init; } = 8;
}
