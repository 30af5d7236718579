namespace MultiEni.VirtualTime;

/// <summary>
/// A clock that stands still while anything is at work and jumps from one due timer to the next. An
/// hour of waiting takes as long as the work in it, and no time is lost to a slow machine.
/// <see cref="VirtualTimeDriver"/> makes it jump.
/// </summary>
public sealed class VirtualClock : TimeProvider
{
    private static readonly DateTimeOffset Origin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Lock _gate = new();
    private readonly PriorityQueue<(VirtualTimer Timer, long Version), (long Due, long Arrival)> _timers = new();
    private long _now;
    private long _arrivals;

    /// <inheritdoc />
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Time since the beginning.</summary>
    public TimeSpan Elapsed => TimeSpan.FromTicks(Interlocked.Read(ref _now));

    /// <inheritdoc />
    public override long GetTimestamp() => Interlocked.Read(ref _now);

    /// <inheritdoc />
    public override DateTimeOffset GetUtcNow() => Origin + Elapsed;

    /// <inheritdoc />
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new VirtualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>
    /// Goes to the next moment at which a timer is due and lets the thread pool run what is due
    /// then; false when no timer is set.
    /// </summary>
    internal bool Advance()
    {
        var due = new List<VirtualTimer>();
        lock (_gate)
        {
            while (_timers.TryPeek(out var entry, out var order) && (due.Count == 0 || order.Due <= _now))
            {
                _timers.Dequeue();
                if (entry.Timer.Version == entry.Version)
                {
                    Interlocked.Exchange(ref _now, Math.Max(_now, order.Due));
                    entry.Timer.Rang();
                    due.Add(entry.Timer);
                }
            }
        }

        foreach (var timer in due)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static ringing => ringing.Run(), timer, preferLocal: false);
        }

        return due.Count > 0;
    }

    private sealed class VirtualTimer(VirtualClock time, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;

        /// <summary>
        /// Grows with each setting, so that entries of earlier settings are known for what they
        /// are.
        /// </summary>
        public long Version { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._gate)
            {
                _period = period;
                Set(dueTime);
            }

            return true;
        }

        public void Rang() => Set(_period > TimeSpan.Zero ? _period : Timeout.InfiniteTimeSpan);

        public void Run() => callback(state);

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Set(TimeSpan dueTime)
        {
            Version++;
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                time._timers.Enqueue((this, Version), (time._now + Math.Max(0, dueTime.Ticks), ++time._arrivals));
            }
        }
    }
}
