namespace MultiEni.Operator.LeaderElection;

/// <summary>The right to act, for as long as the lease is renewed. Checked by a monotonic clock, so a paused process notices at once.</summary>
public sealed class Leadership : IDisposable
{
    private readonly TimeProvider time;
    private readonly TimeSpan renewDeadline;
    private readonly CancellationTokenSource lost = new();
    private readonly ITimer alarm;
    private long renewed;

    /// <summary>Leadership that began with a request sent at <paramref name="renewed"/>.</summary>
    internal Leadership(TimeProvider time, TimeSpan renewDeadline, long renewed)
    {
        this.time = time;
        this.renewDeadline = renewDeadline;
        this.renewed = renewed;
        alarm = time.CreateTimer(static self => ((Leadership)self!).Check(), this, Remaining, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether now is before the start of the last successful renewal plus the renew deadline.</summary>
    public bool IsHeld => !lost.IsCancellationRequested && Remaining > TimeSpan.Zero;

    /// <summary>Cancelled when leadership is lost. Reading <see cref="IsHeld"/> may notice earlier.</summary>
    public CancellationToken Lost => lost.Token;

    /// <summary>Time left without another renewal; never negative.</summary>
    internal TimeSpan Remaining
    {
        get
        {
            var left = renewDeadline - time.GetElapsedTime(Interlocked.Read(ref renewed));
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
    public void Dispose() => alarm.Dispose();

    /// <summary>A renewal sent at <paramref name="sent"/> has succeeded. Leadership that ran out before does not come back.</summary>
    internal void Extend(long sent)
    {
        if (IsHeld)
        {
            Interlocked.Exchange(ref renewed, sent);
        }
    }

    /// <summary>Ends it at once.</summary>
    internal void Lose() => lost.Cancel();

    private void Check()
    {
        var left = Remaining;
        if (left <= TimeSpan.Zero)
        {
            lost.Cancel();
        }
        else
        {
            alarm.Change(left, Timeout.InfiniteTimeSpan);
        }
    }
}
