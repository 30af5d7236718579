namespace MultiEni.Controller.Ec2.Inventory;

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
