using System.Threading.Channels;

namespace MultiEni.Simulator.Kubernetes.Http;

/// <summary>The changes of one watch, each some time after its commit and all in their order.</summary>
internal static class LateChanges
{
    /// <summary>Begins to pass changes on until they end or the token is cancelled.</summary>
    public static ChannelReader<T> Of<T>(ChannelReader<T> changes, WatchLag lag, TimeProvider time, CancellationToken cancellationToken)
    {
        var stamped = Channel.CreateUnbounded<(T Change, DateTimeOffset Due)>();
        var late = Channel.CreateUnbounded<T>();
        _ = StampAsync(changes, stamped.Writer, lag, time, cancellationToken);
        _ = PassOnAsync(stamped.Reader, late.Writer, time, cancellationToken);
        return late.Reader;
    }

    private static async Task StampAsync<T>(
        ChannelReader<T> changes,
        ChannelWriter<(T, DateTimeOffset)> stamped,
        WatchLag lag,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        var random = new Random(lag.Seed);
        try
        {
            await foreach (var change in changes.ReadAllAsync(cancellationToken))
            {
                var delay = lag.Shortest + ((lag.Longest - lag.Shortest) * random.NextDouble());
                await stamped.WriteAsync((change, time.GetUtcNow() + delay), cancellationToken);
            }

            stamped.Complete();
        }
        catch (OperationCanceledException end)
        {
            stamped.Complete(end);
        }
    }

    private static async Task PassOnAsync<T>(
        ChannelReader<(T Change, DateTimeOffset Due)> stamped,
        ChannelWriter<T> late,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await foreach (var (change, due) in stamped.ReadAllAsync(cancellationToken))
            {
                // One that is due before its predecessor comes right behind it.
                if (due - time.GetUtcNow() is { Ticks: > 0 } wait)
                {
                    await Task.Delay(wait, time, cancellationToken);
                }

                await late.WriteAsync(change, cancellationToken);
            }

            late.Complete();
        }
        catch (OperationCanceledException end)
        {
            late.Complete(end);
        }
    }
}
