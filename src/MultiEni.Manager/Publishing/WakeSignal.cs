namespace MultiEni.Manager.Publishing;

/// <summary>
/// Wakes a loop. Signals that come while it is at work are remembered as one. Safe for concurrent
/// use.
/// </summary>
internal sealed class WakeSignal : IDisposable
{
    private readonly SemaphoreSlim _semaphore = new(0, 1);
    private readonly Lock _lock = new();

    /// <summary>There is something to do.</summary>
    public void Set()
    {
        lock (_lock)
        {
            if (_semaphore.CurrentCount == 0)
            {
                _semaphore.Release();
            }
        }
    }

    /// <summary>Waits until there is.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => _semaphore.WaitAsync(cancellationToken);

    /// <inheritdoc />
    public void Dispose() => _semaphore.Dispose();
}
