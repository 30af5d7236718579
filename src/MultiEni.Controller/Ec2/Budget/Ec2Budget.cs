namespace MultiEni.Controller.Ec2.Budget;

/// <summary>
/// Spends the account's request tokens: every call waits here, in order of priority, before it is
/// sent (docs/reference/ec2.md#rate-budget).
/// </summary>
internal sealed class Ec2Budget : IDisposable
{
    // Timers of the system count milliseconds; shorter waits would spin.
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(1);

    private readonly Lock _gate = new();
    private readonly BudgetState _state;
    private readonly Ec2Metrics _metrics;
    private readonly TimeProvider _time;
    private readonly long _began;
    private readonly ITimer _timer;
    private readonly Dictionary<long, TaskCompletionSource> _waiters = [];
    private readonly Dictionary<string, double> _shownRefill = new(StringComparer.Ordinal);

    /// <summary>Begins with the buckets as <paramref name="options"/> say.</summary>
    public Ec2Budget(Ec2BudgetOptions options, Ec2Metrics metrics, TimeProvider time)
    {
        _state = new(options);
        _metrics = metrics;
        _time = time;
        _began = time.GetTimestamp();
        _timer = time.CreateTimer(static budget => ((Ec2Budget)budget!).Pump(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Calls that wait for a token.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _state.Waiting;
            }
        }
    }

    /// <summary>Waits for a token of the API's bucket; a cancelled wait takes none.</summary>
    public async ValueTask AcquireAsync(string api, CallPriority priority, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var started = _time.GetTimestamp();
        var granted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        long ticket;
        lock (_gate)
        {
            ticket = _state.Enqueue(api, priority, Now());
            _waiters.Add(ticket, granted);
            ShowRefill(api);
        }

        Pump();
        await using (cancellationToken.UnsafeRegister(_ => Cancel(ticket, cancellationToken), state: null))
        {
            await granted.Task;
        }

        _metrics.Waited(api, _time.GetElapsedTime(started));
    }

    /// <summary>EC2 refused a call of this API for its rate.</summary>
    public void ReportThrottle(string api)
    {
        lock (_gate)
        {
            _state.Throttled(api, Now());
            ShowRefill(api);
        }

        Pump();
    }

    /// <summary>EC2 took a call of this API, whatever else it said of it.</summary>
    public void ReportAccepted(string api)
    {
        lock (_gate)
        {
            if (!_state.Accepted(api, Now()))
            {
                return;
            }

            ShowRefill(api);
        }

        Pump();
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private TimeSpan Now() => _time.GetElapsedTime(_began);

    private void Pump()
    {
        lock (_gate)
        {
            var now = Now();
            foreach (var ticket in _state.Grant(now))
            {
                _waiters.Remove(ticket, out var granted);
                granted!.SetResult();
            }

            var wait = _state.UntilNextGrant(now);
            _timer.Change(
                wait is { } time ? TimeSpan.FromTicks(Math.Max(time.Ticks, ShortestWait.Ticks)) : Timeout.InfiniteTimeSpan,
                Timeout.InfiniteTimeSpan
            );
        }
    }

    private void Cancel(long ticket, CancellationToken cancellationToken)
    {
        TaskCompletionSource? waiter;
        lock (_gate)
        {
            _state.Cancel(ticket);
            _waiters.Remove(ticket, out waiter);
        }

        waiter?.TrySetCanceled(cancellationToken);
    }

    private void ShowRefill(string api)
    {
        var perSecond = _state.Refill(api, Now());
        if (!_shownRefill.TryGetValue(api, out var shown) || shown != perSecond)
        {
            _shownRefill[api] = perSecond;
            _metrics.RefillChanged(api, perSecond);
        }
    }
}
