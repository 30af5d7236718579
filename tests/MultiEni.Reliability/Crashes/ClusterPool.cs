using System.Collections.Concurrent;
using MultiEni.Reliability.Lab;
using MultiEni.VirtualTime;

namespace MultiEni.Reliability.Crashes;

/// <summary>
/// Clusters that are used one test after the other, because to start one takes longer than many a
/// test. One in which a test failed is not used again.
/// </summary>
internal sealed class ClusterPool(ClusterOptions options, VirtualClock time) : IAsyncDisposable
{
    private readonly ConcurrentBag<Cluster> _idle = [];

    /// <summary>Runs a test in a cluster.</summary>
    /// <param name="test">Says what was wrong, or null, and then leaves nothing behind.</param>
    public async Task<string?> UseAsync(Func<Cluster, Task<string?>> test, CancellationToken cancellationToken)
    {
        if (!_idle.TryTake(out var cluster))
        {
            cluster = await Cluster.StartAsync(options, time, cancellationToken);
        }

        var failure = await test(cluster);
        if (failure is not null)
        {
            await cluster.DisposeAsync();
            return failure;
        }

        await cluster.EmptyAsync();
        _idle.Add(cluster);
        return null;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var cluster in _idle)
        {
            await cluster.DisposeAsync();
        }
    }
}
