using MultiEni.Api.Kubernetes;
using MultiEni.Operator.Client;

namespace MultiEni.Operator.LeaderElection;

/// <summary>
/// One candidate's dealings with the Lease object: single attempts, no loops, no clock but the one
/// that measures silence.
/// </summary>
internal sealed class LeaseContender(KubernetesClient client, LeaderElectionOptions options, TimeProvider time)
{
    private static readonly LeaseSpec None = new();
    private Lease? _held;
    private LeaseSpec _observed = None;
    private long _observedSince = time.GetTimestamp();

    /// <summary>Who holds the lease, as last seen; null or empty when nobody does.</summary>
    public string? Holder => _observed.HolderIdentity;

    /// <summary>Tries to get or renew the lease. True when it is ours afterwards.</summary>
    /// <remarks>
    /// Every write carries the resourceVersion read before, so of two that write at once one gets a
    /// conflict.
    /// </remarks>
    /// <param name="renewsConnection">
    /// Whether to go over a new connection, because the last attempt was not answered over the
    /// present one.
    /// </param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async Task<bool> TryAsync(bool renewsConnection, CancellationToken cancellationToken)
    {
        Lease? lease = null;
        try
        {
            lease = _held ?? await ReadAsync(renewsConnection ? client.OverNewConnection() : client, cancellationToken);
            // Whatever happens from here on, unless the write succeeds, the next attempt reads
            // first.
            _held = null;
            _held = await WriteAsync(lease, cancellationToken);
            return _held is not null;
        }
        // A lease that was read and is gone is somebody else's doing; when there was none, it is
        // the namespace that does not exist.
        catch (KubernetesApiException e) when (e.IsConflict || e.IsAlreadyExists || (e.IsNotFound && lease is not null))
        {
            _held = null;
            Observe(await ReadAsync(client, cancellationToken));
            return false;
        }
    }

    /// <summary>Gives the lease back so that a successor need not wait for it to expire.</summary>
    public async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        // Read, rather than trusting the last answer: a renewal that was cut off may have been
        // stored.
        var lease = await ReadAsync(client, cancellationToken);
        if (lease?.Spec.HolderIdentity != options.Identity)
        {
            return;
        }

        var now = time.GetUtcNow();
        var free = lease.Spec with { HolderIdentity = "", LeaseDurationSeconds = 1, AcquireTime = now, RenewTime = now };
        await client.ReplaceAsync(Lease.Resource, lease with { Spec = free }, null, cancellationToken);
        _held = null;
    }

    private ObjectKey Key => new(options.Namespace, options.Name);

    private Task<Lease?> ReadAsync(KubernetesClient over, CancellationToken cancellationToken) =>
        over.GetAsync(Lease.Resource, Key, cancellationToken);

    private async Task<Lease?> WriteAsync(Lease? lease, CancellationToken cancellationToken)
    {
        Observe(lease);
        var now = time.GetUtcNow();
        var ours = new LeaseSpec
        {
            HolderIdentity = options.Identity,
            LeaseDurationSeconds = (int)Math.Ceiling(options.LeaseDuration.TotalSeconds),
            AcquireTime = now,
            RenewTime = now,
            LeaseTransitions = (lease?.Spec.LeaseTransitions ?? -1) + 1,
        };
        switch (LeaseDecision.Decide(lease?.Spec, options.Identity, time.GetElapsedTime(_observedSince), options.LeaseDuration))
        {
            case LeaseDecision.Create:
                var created = new Lease
                {
                    Metadata = new() { Namespace = options.Namespace, Name = options.Name },
                    Spec = ours,
                };
                return Observe(await client.CreateAsync(Lease.Resource, created, cancellationToken));
            case LeaseDecision.Take:
                return Observe(await client.ReplaceAsync(Lease.Resource, lease! with { Spec = ours }, null, cancellationToken));
            case LeaseDecision.Renew:
                var renewed = lease!.Spec with { LeaseDurationSeconds = ours.LeaseDurationSeconds, RenewTime = now };
                return Observe(await client.ReplaceAsync(Lease.Resource, lease with { Spec = renewed }, null, cancellationToken));
            default:
                return null;
        }
    }

    /// <summary>
    /// Remembers since when the lease has looked as it does. Only its content counts: a label on it
    /// is no sign of life.
    /// </summary>
    private Lease? Observe(Lease? lease)
    {
        var spec = lease?.Spec ?? None;
        if (spec != _observed)
        {
            _observed = spec;
            _observedSince = time.GetTimestamp();
        }

        return lease;
    }
}

/// <summary>What to do about the lease, as a pure function of what was seen.</summary>
public abstract record LeaseDecision
{
    private LeaseDecision() { }

    /// <summary>Decides for one candidate.</summary>
    /// <param name="lease">The lease as read, or null when there is none.</param>
    /// <param name="identity">Who we are.</param>
    /// <param name="unchangedFor">
    /// For how long, by our own monotonic clock, we have seen the lease unchanged.
    /// </param>
    /// <param name="ownDuration">
    /// Our lease duration, for a lease that does not state its own.
    /// </param>
    /// <remarks>
    /// The times inside the lease come from another machine's clock and are never compared with
    /// ours. The duration that counts is the one the holder has promised by writing it, so that two
    /// versions with different settings can follow each other.
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

    /// <summary>
    /// Somebody else holds it, for at most <paramref name="Remaining"/> unless it is renewed.
    /// </summary>
    public sealed record Wait(string Holder, TimeSpan Remaining) : LeaseDecision;
}
