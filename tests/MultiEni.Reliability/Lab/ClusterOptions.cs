using MultiEni.Controller;
using MultiEni.Controller.Leaks;
using MultiEni.Simulator.Ec2;
using MultiEni.Simulator.Kubernetes;

namespace MultiEni.Reliability.Lab;

/// <summary>What is special about a cluster.</summary>
internal sealed record ClusterOptions
{
    public int Nodes { get; init; } = 1;

    /// <summary>Type of every instance.</summary>
    public string InstanceType { get; init; } = "m5.4xlarge";

    /// <summary>
    /// Whether the launch template attaches an ENI in each subnet of a NodeENI, to be adopted.
    /// </summary>
    public bool LaunchesEnis { get; init; }

    /// <summary>
    /// Seconds for which EC2 answers reads as if the last changes had not been made.
    /// </summary>
    public TimeSpan StaleReads { get; init; }

    /// <summary>
    /// Whether ENI managers run on simulated kernels; otherwise a few lines stand for them.
    /// </summary>
    public bool RealManagers { get; init; }

    /// <summary>How far watches are behind what was written.</summary>
    public WatchLag? WatchLag { get; init; } = WatchLag.Typical;

    /// <summary>Long enough for the states between to be seen.</summary>
    public Ec2Latencies Latencies { get; init; } =
        new()
        {
            Call = TimeSpan.FromSeconds(0.2),
            Create = TimeSpan.FromSeconds(1),
            Attach = TimeSpan.FromSeconds(2),
            Detach = TimeSpan.FromSeconds(2),
            InstanceTerminate = TimeSpan.FromSeconds(10),
        };

    public Func<Ec2SimulatorOptions, Ec2SimulatorOptions> Ec2 { get; init; } = options => options;

    /// <summary>
    /// A lease that is seldom renewed, and leaks that are found within minutes: both save calls.
    /// </summary>
    public ControllerSettings Controller { get; init; } =
        new()
        {
            MetricsAddress = "0",
            ReconcilePeriod = TimeSpan.FromMinutes(1),
            LeaseDuration = TimeSpan.FromMinutes(1),
            RenewDeadline = TimeSpan.FromSeconds(40),
            RetryPeriod = TimeSpan.FromSeconds(10),
            Leaks = new LeakLimits { Grace = TimeSpan.FromMinutes(1) },
        };
}
