namespace MultiEni.Reliability.Lab;

/// <summary>
/// A clock that stands still while this process works and jumps to the next timer when it does not. Waits cost nothing, and a slow machine makes
/// no time-out fire that a fast one would not.
/// </summary>
/// <remarks>
/// Idle means: no thread of the pool is at work and none has work waiting, for some looks in a row. A request that is under way may be held by a
/// simulator on this very clock, or be on its way through the loopback device; which, cannot be told. So with one under way the more looks are needed
/// the farther the jump is. A look that comes late, because others use the processor, counts for nothing.
/// </remarks>
internal sealed class VirtualTime : TimeProvider, IDisposable
{
    /// <summary>Timers that are due within one step fire together, so that many clusters on one clock share their jumps.</summary>
    private static readonly long Step = TimeSpan.FromMilliseconds(50).Ticks;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(0.5);
    private static readonly TimeSpan Late = TimeSpan.FromMilliseconds(3);

    private const int FewestLooks = 2;
    private const int MostLooks = 300;

    private readonly Lock gate = new();
    private readonly PriorityQueue<(VirtualTimer Timer, long Ticket), (long Due, long Order)> waiting = new();
    private readonly DateTimeOffset origin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly ManualResetEventSlim ended = new();
    private readonly RequestsUnderWay requests = new();
    private readonly Thread driver;
    private long now;
    private long order;

    public VirtualTime()
    {
        driver = new Thread(Drive) { IsBackground = true, Name = "virtual time" };
        driver.Start();
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref now);

    public override DateTimeOffset GetUtcNow() => origin + TimeSpan.FromTicks(Interlocked.Read(ref now));

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new VirtualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    public void Dispose()
    {
        ended.Set();
        driver.Join();
        ended.Dispose();
        requests.Dispose();
    }

    private static bool IsIdle()
    {
        ThreadPool.GetMaxThreads(out var most, out _);
        ThreadPool.GetAvailableThreads(out var available, out _);
        return available == most && ThreadPool.PendingWorkItemCount == 0;
    }

    private void Drive()
    {
        var idle = 0;
        var completed = -1L;
        var last = System.GetTimestamp();
        while (!ended.Wait(Look))
        {
            var before = completed;
            completed = ThreadPool.CompletedWorkItemCount;
            var isLate = System.GetElapsedTime(last) > Late;
            last = System.GetTimestamp();
            idle = IsIdle() && completed == before && !isLate ? idle + 1 : 0;
            if (idle >= FewestLooks && idle >= LooksNeeded())
            {
                Jump();
                idle = 0;
            }
        }
    }

    private int LooksNeeded()
    {
        lock (gate)
        {
            DropLeftovers();
            var far = waiting.TryPeek(out _, out var first) && requests.UnderWay > 0 ? TimeSpan.FromTicks(first.Due - now) : TimeSpan.Zero;
            return (int)Math.Clamp(far.TotalSeconds * 20, FewestLooks, MostLooks);
        }
    }

    private void Jump()
    {
        var due = new List<VirtualTimer>();
        lock (gate)
        {
            DropLeftovers();
            if (!waiting.TryPeek(out _, out var first))
            {
                return;
            }

            var target = Math.Max(now, (first.Due + Step - 1) / Step * Step);
            Interlocked.Exchange(ref now, target);
            while (waiting.TryPeek(out _, out var next) && next.Due <= target)
            {
                var (timer, ticket) = waiting.Dequeue();
                if (timer.Ticket == ticket)
                {
                    Arm(timer, timer.Period);
                    due.Add(timer);
                }
            }
        }

        foreach (var timer in due)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static fired => fired.Fire(), timer, preferLocal: false);
        }
    }

    private void DropLeftovers()
    {
        while (waiting.TryPeek(out var entry, out _) && entry.Timer.Ticket != entry.Ticket)
        {
            waiting.Dequeue();
        }
    }

    private void Arm(VirtualTimer timer, TimeSpan dueTime)
    {
        timer.Ticket = ++order;
        if (dueTime >= TimeSpan.Zero)
        {
            waiting.Enqueue((timer, timer.Ticket), (now + dueTime.Ticks, timer.Ticket));
        }
    }

    private sealed class VirtualTimer(VirtualTime time, TimerCallback callback, object? state) : ITimer
    {
        /// <summary>The valid entry among those of this timer in the queue.</summary>
        public long Ticket { get; set; }

        public TimeSpan Period { get; private set; } = Timeout.InfiniteTimeSpan;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time.gate)
            {
                Period = period > TimeSpan.Zero ? period : Timeout.InfiniteTimeSpan;
                time.Arm(this, dueTime);
            }

            return true;
        }

        public void Fire() => callback(state);

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
