namespace MultiEni.Operator.Queues;

/// <summary>
/// Keys to work on. A key is waiting at most once and with at most one worker at a time; one that is added while a worker has it
/// comes again when that worker is done.
/// </summary>
/// <typeparam name="TKey">Names the work.</typeparam>
public sealed class WorkQueue<TKey>(string name, TimeProvider time) : IDisposable
    where TKey : notnull
{
    /// <summary>Keys ready and not yet taken.</summary>
    public int Depth => throw new NotImplementedException();

    /// <summary>Makes the key ready now. A key that waits already moves up if the new priority is greater.</summary>
    public void Add(TKey key, int priority = WorkPriority.Normal) =>
        throw new NotImplementedException();

    /// <summary>Makes the key ready after a while. Of several deadlines of one key only the earliest counts.</summary>
    public void AddAfter(TKey key, TimeSpan delay, int priority = WorkPriority.Normal) =>
        throw new NotImplementedException();

    /// <summary>Makes the key ready after a backoff that grows with each call until <see cref="Forget"/>; returns the delay.</summary>
    public TimeSpan AddRateLimited(TKey key, int priority = WorkPriority.Normal) =>
        throw new NotImplementedException();

    /// <summary>The key succeeded: its backoff starts over.</summary>
    public void Forget(TKey key) => throw new NotImplementedException();

    /// <summary>How often the key failed since it was last forgotten.</summary>
    public int Failures(TKey key) => throw new NotImplementedException();

    /// <summary>The most urgent key, as soon as there is one; null once the queue is shut down.</summary>
    public ValueTask<QueuedWork<TKey>?> TakeAsync(CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>The worker is done with a key it took.</summary>
    public void Done(TKey key) => throw new NotImplementedException();

    /// <summary>Hands out and accepts nothing any more.</summary>
    public void ShutDown() => throw new NotImplementedException();

    /// <summary>Shuts down and stops the timer.</summary>
    public void Dispose() => throw new NotImplementedException();
}
