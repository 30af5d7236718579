namespace MultiEni.Operator.LeaderElection;

/// <summary>
/// The right to act, for as long as the lease is renewed. Checked by a monotonic clock, so a paused
/// process notices at once.
/// </summary>
public sealed class Leadership : IDisposable
{
    private readonly TimeProvider _time;
    private readonly TimeSpan _renewDeadline;
    private readonly CancellationTokenSource _lost = new();
    private readonly ITimer _alarm;
    private long _renewed;

    /// <summary>Leadership that began with a request sent at <paramref name="renewed"/>.</summary>
    internal Leadership(TimeProvider time, TimeSpan renewDeadline, long renewed)
    {
        _time = time;
        _renewDeadline = renewDeadline;
        _renewed = renewed;
        _alarm = time.CreateTimer(static self => ((Leadership)self!).Check(), this, Remaining, Timeout.InfiniteTimeSpan);
    }

    /// <summary>
    /// Whether now is before the start of the last successful renewal plus the renew deadline.
    /// </summary>
    public bool IsHeld => !_lost.IsCancellationRequested && Remaining > TimeSpan.Zero;

    /// <summary>
    /// Cancelled when leadership is lost. Reading <see cref="IsHeld"/> may notice earlier.
    /// </summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>Time left without another renewal; never negative.</summary>
    internal TimeSpan Remaining
    {
        get
        {
            var left = _renewDeadline - _time.GetElapsedTime(Interlocked.Read(ref _renewed));
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>Called directly before every call that changes something outside.</summary>
    /// <exception cref="LeadershipLostException">It is not held any more.</exception>
    public void ThrowIfLost()
    {
        if (!IsHeld)
        {
            throw new LeadershipLostException("This process does not lead any more; nothing may be changed.");
        }
    }

    /// <inheritdoc />
    public void Dispose() => _alarm.Dispose();

    /// <summary>
    /// A renewal sent at <paramref name="sent"/> has succeeded. Leadership that ran out before does
    /// not come back.
    /// </summary>
    internal void Extend(long sent)
    {
        if (IsHeld)
        {
            Interlocked.Exchange(ref _renewed, sent);
        }
    }

    /// <summary>Ends it at once.</summary>
    internal void Lose() => _lost.Cancel();

    private void Check()
    {
        var left = Remaining;
        if (left <= TimeSpan.Zero)
        {
            _lost.Cancel();
        }
        else
        {
            _alarm.Change(left.RoundUp(), Timeout.InfiniteTimeSpan);
        }
    }
}

/// <summary>This process is not, or no longer, the leader and must not act.</summary>
public sealed class LeadershipLostException(string message) : Exception(message);
