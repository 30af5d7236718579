namespace MultiEni.Scenarios.Staging;

/// <summary>
/// A clock on which an hour takes minutes: product and simulator keep their own waits and limits,
/// and a story takes a fraction of them. Nothing in it is scripted, so a race that real time has,
/// this has too.
/// </summary>
/// <param name="factor">How many of its seconds go into a real one.</param>
internal sealed class AcceleratedTime(int factor) : TimeProvider
{
    private readonly long _start = System.GetTimestamp();
    private readonly DateTimeOffset _origin = System.GetUtcNow();

    public override long TimestampFrequency => System.TimestampFrequency;

    public override long GetTimestamp() => _start + ((System.GetTimestamp() - _start) * factor);

    public override DateTimeOffset GetUtcNow() => _origin + (System.GetElapsedTime(_start) * factor);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new AcceleratedTimer(System.CreateTimer(callback, state, Shorten(dueTime), Shorten(period)), this);

    // Rounded up to what timers know, or a short wait would become none and a loop around it hot.
    private TimeSpan Shorten(TimeSpan wait) =>
        wait <= TimeSpan.Zero ? wait : TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds / factor));

    private sealed class AcceleratedTimer(ITimer inner, AcceleratedTime time) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => inner.Change(time.Shorten(dueTime), time.Shorten(period));

        public void Dispose() => inner.Dispose();

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
