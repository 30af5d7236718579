namespace MultiEni.Operator.LeaderElection;

/// <summary>What to do about the lease, as a pure function of what was seen.</summary>
public abstract record LeaseDecision
{
    private LeaseDecision() { }

    /// <summary>Decides for one candidate.</summary>
    /// <param name="lease">The lease as read, or null when there is none.</param>
    /// <param name="identity">Who we are.</param>
    /// <param name="unchangedFor">For how long, by our own monotonic clock, we have seen the lease unchanged.</param>
    /// <param name="ownDuration">Our lease duration, for a lease that does not state its own.</param>
    /// <remarks>
    /// The times inside the lease come from another machine's clock and are never compared with ours. The duration that counts is the
    /// one the holder has promised by writing it, so that two versions with different settings can follow each other.
    /// </remarks>
    public static LeaseDecision Decide(LeaseSpec? lease, string identity, TimeSpan unchangedFor, TimeSpan ownDuration)
    {
        if (lease is null)
        {
            return new Create();
        }

        if (string.IsNullOrEmpty(lease.HolderIdentity))
        {
            return new Take();
        }

        if (lease.HolderIdentity == identity)
        {
            return new Renew();
        }

        var promised = lease.LeaseDurationSeconds is > 0 and var seconds ? TimeSpan.FromSeconds(seconds) : ownDuration;
        return unchangedFor >= promised ? new Take() : new Wait(lease.HolderIdentity, promised - unchangedFor);
    }

    /// <summary>There is no lease yet.</summary>
    public sealed record Create : LeaseDecision;

    /// <summary>The lease is free or has expired.</summary>
    public sealed record Take : LeaseDecision;

    /// <summary>The lease is ours.</summary>
    public sealed record Renew : LeaseDecision;

    /// <summary>Somebody else holds it, for at most <paramref name="Remaining"/> unless it is renewed.</summary>
    public sealed record Wait(string Holder, TimeSpan Remaining) : LeaseDecision;
}
