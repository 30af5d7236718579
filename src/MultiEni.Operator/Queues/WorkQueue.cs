namespace MultiEni.Operator.Queues;

/// <summary>
/// Keys to work on. A key is waiting at most once and with at most one worker at a time; one that
/// is added while a worker has it comes again when that worker is done.
/// </summary>
/// <remarks>
/// Within a priority the order is first come, first served. A steady flood of greater priority
/// starves a lesser one.
/// </remarks>
/// <typeparam name="TKey">Names the work.</typeparam>
public sealed class WorkQueue<TKey> : IDisposable
    where TKey : notnull
{
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _available = new(0);
    private readonly Dictionary<TKey, WorkState> _states = [];
    private readonly Dictionary<TKey, int> _failures = [];
    private readonly PriorityQueue<(TKey Key, long Ticket), (int Urgency, long Arrival)> _ready = new();
    private readonly PriorityQueue<(TKey Key, long Ticket), (TimeSpan Due, long Arrival)> _delayed = new();
    private readonly KeyValuePair<string, object?> _label;
    private readonly TimeProvider _time;
    private readonly Backoff _backoff;
    private readonly Func<double> _random;
    private readonly ITimer _timer;
    private readonly long _start;
    private long _lastTicket;
    private int _depth;
    private int _dirty;
    private TimeSpan? _stalledSince;
    private bool _isShutDown;

    /// <summary>An empty queue.</summary>
    /// <param name="name">Label of its metrics.</param>
    /// <param name="metrics">Where its work is counted.</param>
    /// <param name="time">Clock for delays.</param>
    /// <param name="backoff">
    /// Delays of <see cref="AddRateLimited"/>; <see cref="Backoff.Reconcile"/> when null.
    /// </param>
    /// <param name="random">Numbers in [0, 1) for the jitter.</param>
    public WorkQueue(string name, OperatorMetrics metrics, TimeProvider time, Backoff? backoff = null, Func<double>? random = null)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        ArgumentNullException.ThrowIfNull(time);
        Metrics = metrics;
        _time = time;
        _backoff = backoff ?? Backoff.Reconcile;
        _random = random ?? Random.Shared.NextDouble;
        _label = new("name", name);
        _start = time.GetTimestamp();
        _timer = time.CreateTimer(static queue => ((WorkQueue<TKey>)queue!).MoveDue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Where its work is counted.</summary>
    internal OperatorMetrics Metrics { get; }

    /// <summary>Keys ready and not yet taken.</summary>
    public int Depth
    {
        get
        {
            lock (_gate)
            {
                return _depth;
            }
        }
    }

    /// <summary>
    /// For how long keys have been waiting without any worker taking or finishing one; zero while
    /// none waits.
    /// </summary>
    public TimeSpan StalledFor
    {
        get
        {
            lock (_gate)
            {
                return _stalledSince is { } since ? Now - since : TimeSpan.Zero;
            }
        }
    }

    /// <summary>
    /// The key that a worker has had for the longest time, and for how long; null while no worker
    /// has one.
    /// </summary>
    public (TKey Key, TimeSpan For)? LongestTaken
    {
        get
        {
            lock (_gate)
            {
                (TKey Key, TimeSpan For)? longest = null;
                foreach (var (key, state) in _states)
                {
                    if (state.IsTaken && Now - state.TakenAt is var taken && (longest is null || taken > longest.Value.For))
                    {
                        longest = (key, taken);
                    }
                }

                return longest;
            }
        }
    }

    /// <summary>
    /// Makes the key ready now. A key that waits already moves up if the new priority is greater.
    /// </summary>
    public void Add(TKey key, int priority = WorkPriority.Normal)
    {
        lock (_gate)
        {
            if (!_isShutDown)
            {
                MakeReady(key, StateOf(key), priority);
            }
        }
    }

    /// <summary>
    /// Makes the key ready after a while. Of several deadlines of one key only the earliest counts,
    /// and a key that becomes ready for another reason has met its deadline: the reconcile that
    /// follows says anew when to look again.
    /// </summary>
    public void AddAfter(TKey key, TimeSpan delay, int priority = WorkPriority.Normal)
    {
        if (delay <= TimeSpan.Zero)
        {
            Add(key, priority);
            return;
        }

        lock (_gate)
        {
            if (_isShutDown)
            {
                return;
            }

            var state = StateOf(key);
            if (state.IsReady)
            {
                return;
            }

            state.DuePriority = state.Due is null ? priority : Math.Max(state.DuePriority, priority);
            var due = Now + delay;
            if (state.Due is { } earlier && earlier <= due)
            {
                return;
            }

            state.Due = due;
            state.DueTicket = ++_lastTicket;
            _delayed.Enqueue((key, state.DueTicket), (due, state.DueTicket));
            ArmTimer();
        }
    }

    /// <summary>
    /// Makes the key ready after a backoff that grows with each call until <see cref="Forget"/>;
    /// returns the delay.
    /// </summary>
    public TimeSpan AddRateLimited(TKey key, int priority = WorkPriority.Normal)
    {
        TimeSpan delay;
        lock (_gate)
        {
            var failed = _failures.GetValueOrDefault(key);
            _failures[key] = failed + 1;
            delay = _backoff.Delay(failed, _random());
        }

        Metrics.QueueRetries.Add(1, _label);
        AddAfter(key, delay, priority);
        return delay;
    }

    /// <summary>The key succeeded: its backoff starts over.</summary>
    public void Forget(TKey key)
    {
        lock (_gate)
        {
            _failures.Remove(key);
        }
    }

    /// <summary>How often the key failed since it was last forgotten.</summary>
    public int Failures(TKey key)
    {
        lock (_gate)
        {
            return _failures.GetValueOrDefault(key);
        }
    }

    /// <summary>
    /// The most urgent key, as soon as there is one; null once the queue is shut down.
    /// </summary>
    public async ValueTask<QueuedWork<TKey>?> TakeAsync(CancellationToken cancellationToken)
    {
        await _available.WaitAsync(cancellationToken);
        lock (_gate)
        {
            if (_isShutDown)
            {
                // One permit wakes all waiters, one after the other.
                _available.Release();
                return null;
            }

            while (true)
            {
                var (key, ticket) = _ready.Dequeue();
                // An entry whose key has moved up since is a leftover.
                if (_states.TryGetValue(key, out var state) && state.IsReady && state.Ticket == ticket)
                {
                    return Take(key, state);
                }
            }
        }
    }

    /// <summary>The worker is done with a key it took.</summary>
    public void Done(TKey key)
    {
        lock (_gate)
        {
            if (!_states.TryGetValue(key, out var state) || !state.IsTaken)
            {
                throw new InvalidOperationException($"'{key}' was not taken from the queue.");
            }

            state.IsTaken = false;
            _dirty -= state.IsDirty ? 1 : 0;
            if (state.IsDirty && !_isShutDown)
            {
                state.IsDirty = false;
                Enqueue(key, state, state.Priority);
            }
            else if (state.Due is null)
            {
                _states.Remove(key);
            }

            Progressed();
        }
    }

    /// <summary>Hands out and accepts nothing any more.</summary>
    public void ShutDown()
    {
        lock (_gate)
        {
            if (!_isShutDown)
            {
                _isShutDown = true;
                Metrics.QueueDepth.Add(-_depth, _label);
                _depth = 0;
                _available.Release();
            }
        }
    }

    /// <summary>Shuts down and stops the timer.</summary>
    public void Dispose()
    {
        ShutDown();
        _timer.Dispose();
    }

    private TimeSpan Now => _time.GetElapsedTime(_start);

    private WorkState StateOf(TKey key)
    {
        if (!_states.TryGetValue(key, out var state))
        {
            _states.Add(key, state = new WorkState());
        }

        return state;
    }

    private void MakeReady(TKey key, WorkState state, int priority)
    {
        state.Due = null;
        if (state.IsTaken)
        {
            state.Priority = state.IsDirty ? Math.Max(state.Priority, priority) : priority;
            _dirty += state.IsDirty ? 0 : 1;
            state.IsDirty = true;
            _stalledSince ??= Now;
        }
        else if (!state.IsReady)
        {
            Enqueue(key, state, priority);
        }
        else if (priority > state.Priority)
        {
            Place(key, state, priority);
        }
    }

    private void Enqueue(TKey key, WorkState state, int priority)
    {
        state.IsReady = true;
        state.ReadySince = Now;
        Place(key, state, priority);
        _depth++;
        _stalledSince ??= Now;
        Metrics.QueueDepth.Add(1, _label);
        Metrics.QueueAdds.Add(1, _label);
        _available.Release();
    }

    private void Place(TKey key, WorkState state, int priority)
    {
        state.Priority = priority;
        state.Ticket = ++_lastTicket;
        _ready.Enqueue((key, state.Ticket), (-priority, state.Ticket));
    }

    private QueuedWork<TKey> Take(TKey key, WorkState state)
    {
        state.IsReady = false;
        state.IsTaken = true;
        state.TakenAt = Now;
        _depth--;
        Progressed();
        var waited = Now - state.ReadySince;
        Metrics.QueueDepth.Add(-1, _label);
        Metrics.QueueWait.Record(waited.TotalSeconds, _label);
        return new QueuedWork<TKey>(key, state.Priority, waited);
    }

    private void Progressed() => _stalledSince = _depth + _dirty > 0 ? Now : null;

    private void MoveDue()
    {
        lock (_gate)
        {
            while (!_isShutDown && _delayed.TryPeek(out var next, out var order) && order.Due <= Now)
            {
                _delayed.Dequeue();
                // An entry whose key was due earlier, or became ready meanwhile, is a leftover.
                if (_states.TryGetValue(next.Key, out var state) && state.Due is not null && state.DueTicket == next.Ticket)
                {
                    MakeReady(next.Key, state, state.DuePriority);
                }
            }

            ArmTimer();
        }
    }

    private void ArmTimer()
    {
        if (_delayed.TryPeek(out _, out var order) && !_isShutDown)
        {
            var wait = order.Due - Now;
            _timer.Change(wait > TimeSpan.Zero ? wait.RoundUp() : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }
}

/// <summary>Where one key of a work queue is; a key without one is nowhere.</summary>
internal sealed class WorkState
{
    /// <summary>It waits for a worker.</summary>
    public bool IsReady { get; set; }

    /// <summary>A worker has it.</summary>
    public bool IsTaken { get; set; }

    /// <summary>When that worker took it.</summary>
    public TimeSpan TakenAt { get; set; }

    /// <summary>It was added while a worker had it.</summary>
    public bool IsDirty { get; set; }

    /// <summary>How urgent it is, or was when taken.</summary>
    public int Priority { get; set; }

    /// <summary>The valid entry among those of the key in the ready heap.</summary>
    public long Ticket { get; set; }

    /// <summary>When it became ready.</summary>
    public TimeSpan ReadySince { get; set; }

    /// <summary>When it becomes ready by itself; null when it does not.</summary>
    public TimeSpan? Due { get; set; }

    /// <summary>The valid entry among those of the key in the heap of deadlines.</summary>
    public long DueTicket { get; set; }

    /// <summary>How urgent it will be then.</summary>
    public int DuePriority { get; set; }
}

/// <summary>
/// Levels of urgency that work queues know by name; any number may be used, greater goes first.
/// </summary>
public static class WorkPriority
{
    /// <summary>Periodic checks of what is believed to be fine.</summary>
    public const int Repair = -10;

    /// <summary>The default.</summary>
    public const int Normal = 0;

    /// <summary>Somebody waits for it.</summary>
    public const int Urgent = 10;
}

/// <summary>
/// A key handed to a worker, which owes <see cref="WorkQueue{TKey}.Done"/> for it.
/// </summary>
/// <param name="Key">What to work on.</param>
/// <param name="Priority">How urgent it was.</param>
/// <param name="Waited">How long it was ready before a worker took it.</param>
public readonly record struct QueuedWork<TKey>(TKey Key, int Priority, TimeSpan Waited)
    where TKey : notnull;
