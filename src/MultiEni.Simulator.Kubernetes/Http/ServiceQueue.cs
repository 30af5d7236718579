namespace MultiEni.Simulator.Kubernetes.Http;

/// <summary>
/// Lets requests wait for their turn and their service, first come, first served, on the server's
/// clock.
/// </summary>
internal sealed class ServiceQueue(ServerCapacity? capacity, TimeProvider time)
{
    private readonly Lock _turn = new();
    private DateTimeOffset _free = DateTimeOffset.MinValue;

    /// <summary>Ends when a request that costs so much processor time is served.</summary>
    public Task ServeAsync(TimeSpan cost, CancellationToken cancellationToken)
    {
        if (capacity is null || cost <= TimeSpan.Zero)
        {
            return Task.CompletedTask;
        }

        TimeSpan wait;
        lock (_turn)
        {
            var now = time.GetUtcNow();
            _free = (_free > now ? _free : now) + (cost / capacity.Cores);
            wait = _free - now;
        }

        return Task.Delay(wait, time, cancellationToken);
    }

    /// <summary>Lets later requests have the time that one did not need in the end.</summary>
    public void GiveBack(TimeSpan cost)
    {
        if (capacity is not null && cost > TimeSpan.Zero)
        {
            lock (_turn)
            {
                _free -= cost / capacity.Cores;
            }
        }
    }
}
