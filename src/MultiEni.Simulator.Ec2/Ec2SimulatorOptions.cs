using Microsoft.AspNetCore.Hosting;

namespace MultiEni.Simulator.Ec2;

/// <summary>What kind of account and Region is simulated.</summary>
public sealed record Ec2SimulatorOptions
{
    /// <summary>The port on 127.0.0.1; zero takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>The clock of all states, buckets and latencies.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>
    /// Two simulators with the same seed and the same order of calls give the same identifiers.
    /// </summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Name of the Region; zones are this and a letter.</summary>
    public string Region { get; init; } = "us-east-1";

    /// <summary>The owner of everything.</summary>
    public string AccountId { get; init; } = "123456789012";

    /// <summary>Durations of calls and transitions.</summary>
    public Ec2Latencies Latencies { get; init; } = Ec2Latencies.None;

    /// <summary>Request token buckets.</summary>
    public Ec2Throttling Throttling { get; init; } = new();

    /// <summary>
    /// Network interfaces per Region; 5,000 unless raised (docs/reference/ec2.md#quotas).
    /// </summary>
    public int NetworkInterfaceQuota { get; init; } = 5000;

    /// <summary>Security groups on one interface (docs/reference/ec2.md#quotas).</summary>
    public int SecurityGroupsPerInterface { get; init; } = 5;

    /// <summary>Tags on one resource (docs/reference/ec2.md#quotas).</summary>
    public int TagsPerResource { get; init; } = 50;

    /// <summary>
    /// How long a client token is remembered: twelve hours, measured for volumes
    /// (docs/reference/ec2.md#client-tokens).
    /// </summary>
    public TimeSpan ClientTokenLifetime { get; init; } = TimeSpan.FromHours(12);

    /// <summary>
    /// Eventual consistency: how long a new network interface may be unknown to every call but the
    /// one that made it (docs/reference/ec2.md#consistency).
    /// </summary>
    public TimeSpan CreationVisibleAfter { get; init; } = TimeSpan.Zero;

    /// <summary>
    /// The share of look-ups within <see cref="CreationVisibleAfter"/> that miss, 0 to 1. Below 1
    /// an interface can be seen and then be missing again.
    /// </summary>
    public double InvisibleShare { get; init; } = 1;

    /// <summary>
    /// From this many network interfaces on, an unpaged describe without a narrowing filter is
    /// refused (docs/reference/ec2.md#describe-calls). The real number is not published.
    /// </summary>
    public int LargeAccountFrom { get; init; } = 2000;

    /// <summary>How long a terminated instance is still described.</summary>
    public TimeSpan TerminatedInstanceRetention { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Keep one entry for each call in the timeline; counts are kept always.</summary>
    public bool KeepTimeline { get; init; } = true;

    /// <summary>Instance types the Region offers.</summary>
    public IReadOnlyList<InstanceType> InstanceTypes { get; init; } = Ec2.InstanceTypes.Known;

    /// <summary>Where devices appear; null when nobody looks.</summary>
    public IInstanceBackplane? Backplane { get; init; }

    /// <summary>
    /// Puts another server in the place of the one on a loopback port, such as one without sockets
    /// for virtual time. Null keeps the port.
    /// </summary>
    public Action<IWebHostBuilder>? Server { get; init; }
}
