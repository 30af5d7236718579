using Microsoft.Extensions.Logging;

namespace MultiEni.Operator.Queues;

/// <summary>Workers that take keys from a queue and reconcile them, retrying failures with backoff.</summary>
/// <typeparam name="TKey">Names the work.</typeparam>
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
    /// <summary>
    /// Works until cancelled. Then takes no more keys, lets running reconciles finish within the grace period, cancels those that do
    /// not, and returns. The queue is shut down afterwards.
    /// </summary>
    public Task RunAsync(CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}
