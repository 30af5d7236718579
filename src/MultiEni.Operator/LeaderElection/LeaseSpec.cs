using System.Text.Json.Serialization;

namespace MultiEni.Operator.LeaderElection;

/// <summary>Who holds a lease and for how long.</summary>
public sealed record LeaseSpec
{
    /// <summary>The holder; empty or null when the lease is free.</summary>
    public string? HolderIdentity { get; set; }

    /// <summary>How long after the last renewal others must wait; seconds.</summary>
    public int? LeaseDurationSeconds { get; set; }

    /// <summary>When the holder got it.</summary>
    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? AcquireTime { get; set; }

    /// <summary>When the holder last renewed it, by the holder's clock: never compared with ours.</summary>
    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? RenewTime { get; set; }

    /// <summary>How often it changed hands.</summary>
    public int? LeaseTransitions { get; set; }
}
