namespace MultiEni.Operator.LeaderElection;

/// <summary>The right to act, for as long as the lease is renewed. Checked by a monotonic clock, so a paused process notices at once.</summary>
public sealed class Leadership
{
    /// <summary>Whether now is before the start of the last successful renewal plus the renew deadline.</summary>
    public bool IsHeld => throw new NotImplementedException();

    /// <summary>Cancelled when leadership is lost. Reading <see cref="IsHeld"/> may notice earlier.</summary>
    public CancellationToken Lost => throw new NotImplementedException();

    /// <summary>Called directly before every call that changes something outside.</summary>
    /// <exception cref="LeadershipLostException">It is not held any more.</exception>
    public void ThrowIfLost() => throw new NotImplementedException();
}
