namespace MultiEni.Simulator.Ec2.State;

/// <summary>
/// State changes that are due later, in order of time. Run by a timer, and by whoever enters the
/// state first.
/// </summary>
internal sealed class TransitionQueue : IDisposable
{
    private readonly PriorityQueue<Action, (DateTimeOffset Due, long Sequence)> _queue = new();
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private DateTimeOffset _timerDue = DateTimeOffset.MaxValue;
    private long _sequence;

    /// <summary>An empty queue.</summary>
    /// <param name="wake">Called by the timer; enters the state, which runs what is due.</param>
    public TransitionQueue(TimeProvider time, Action wake)
    {
        _time = time;
        _timer = time.CreateTimer(_ => wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>When the next change is due; null when nothing is under way.</summary>
    public DateTimeOffset? NextDue => _queue.TryPeek(out _, out var priority) ? priority.Due : null;

    public void Schedule(TimeSpan delay, Action transition) => _queue.Enqueue(transition, (_time.GetUtcNow() + delay, ++_sequence));

    /// <summary>
    /// Runs all that is due, also what that makes due, and sets the timer for the rest.
    /// </summary>
    public void RunDue()
    {
        while (_queue.TryPeek(out var transition, out var next) && next.Due <= _time.GetUtcNow())
        {
            _queue.Dequeue();
            transition();
        }

        var due = NextDue ?? DateTimeOffset.MaxValue;
        if (due == _timerDue)
        {
            return;
        }

        _timerDue = due;
        var wait = due - _time.GetUtcNow();
        // A timer counts whole milliseconds and must not ring before the change is due.
        _timer.Change(
            due == DateTimeOffset.MaxValue ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling(wait.TotalMilliseconds))),
            Timeout.InfiniteTimeSpan
        );
    }

    /// <summary>The timer has rung: it must be set again even for the same time.</summary>
    public void TimerRang() => _timerDue = DateTimeOffset.MaxValue;

    public void Dispose() => _timer.Dispose();
}
