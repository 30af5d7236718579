using MultiEni.Reliability.Lab;

namespace MultiEni.Reliability.Crashes;

/// <summary>Under which circumstances the flows run.</summary>
/// <param name="Name">For messages.</param>
/// <param name="Cluster">The cluster.</param>
internal sealed record CrashConditions(string Name, ClusterOptions Cluster)
{
    /// <summary>Instances that support every setting of an ENI.</summary>
    private static readonly ClusterOptions AllSettings = new() { InstanceType = "m6i.8xlarge" };

    /// <summary>A lease that a successor waits for, and an EC2 that shows what was done.</summary>
    public static CrashConditions Elected { get; } = new("with leader election", AllSettings);

    /// <summary>
    /// A successor that starts at once, and an EC2 that shows for twenty seconds what was before.
    /// </summary>
    public static CrashConditions Blind { get; } =
        new(
            "at once and with stale reads",
            AllSettings with
            {
                StaleReads = TimeSpan.FromSeconds(20),
                Controller = AllSettings.Controller with { LeaderElection = false },
            }
        );

    /// <summary>
    /// With the ENI managers themselves, which bind the devices, offer them and give them back, and
    /// are killed as well.
    /// </summary>
    public static CrashConditions Managed { get; } =
        new("with real ENI managers", AllSettings with { RealManagers = true, Controller = AllSettings.Controller with { LeaderElection = false } });
}
