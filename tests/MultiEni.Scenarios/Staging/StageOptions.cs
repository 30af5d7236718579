using MultiEni.Controller;
using MultiEni.Manager.Settings;
using MultiEni.Scenarios.KubernetesApi;
using MultiEni.Simulator;
using MultiEni.Simulator.Ec2;
using MultiEni.Simulator.Kubernetes;
using MultiEni.Simulator.Nodes.Cluster;

namespace MultiEni.Scenarios.Staging;

/// <summary>What is special about the stage of a story.</summary>
internal sealed record StageOptions
{
    public int Nodes { get; init; } = 2;

    public int Zones { get; init; } = 1;

    /// <summary>
    /// The name under which the controller tags and for which its policy in EC2 is made; null for
    /// the product's own choice, and no policy.
    /// </summary>
    public string? ClusterName { get; init; } = "simulated";

    /// <summary>
    /// The API server; null for whichever the environment chooses. Stories of which the API
    /// server's own faults or records are part say here that they need the simulated one, and are
    /// marked with <see cref="NeedsSimulatedApiServerAttribute"/>.
    /// </summary>
    public KubernetesApiChoice? ApiServer { get; init; }

    /// <summary>Whether the controller may take the startup taint from nodes.</summary>
    public bool AllowsStartupTaint { get; init; }

    /// <summary>
    /// Seconds of the stage's clock in one real second; one on an API server in another process.
    /// </summary>
    public int Acceleration { get; init; } = 10;

    /// <summary>Whether controller and ENI managers run from the start.</summary>
    public bool StartsPrograms { get; init; } = true;

    public Func<ControllerSettings, ControllerSettings> Controller { get; init; } = settings => settings;

    public Func<ManagerSettings, ManagerSettings> Manager { get; init; } = settings => settings;

    public Func<SimulatedClusterOptions, SimulatedClusterOptions> Cluster { get; init; } = options => options;

    /// <summary>
    /// Delays of some tens of real milliseconds: enough for every state between to be seen.
    /// </summary>
    public SimulatedClusterOptions ClusterOptions(TimeProvider time)
    {
        var moment = TimeSpan.FromMilliseconds(20 * Acceleration);
        var options = new SimulatedClusterOptions
        {
            Name = ClusterName ?? "simulated",
            Nodes = Nodes,
            Zones = Zones,
            TimeProvider = time,
            WatchLag = WatchLag.Typical,
            InitialPluginFile = ForeignPluginFile,
            EnforcesAccess = true,
            Ec2 = new Ec2SimulatorOptions
            {
                Latencies = new Ec2Latencies
                {
                    Call = moment / 4,
                    Create = moment,
                    Attach = moment,
                    Detach = moment,
                    InstanceTerminate = moment * 2,
                },
            },
            Timings = new ClusterTimings
            {
                PodStart = moment,
                PodStop = moment,
                PluginStart = moment,
                PluginReplacement = moment,
                CrashLoopPause = moment,
                ContainerRetry = moment,
                NodeRemoval = moment * 5,
            },
        };
        return Cluster(options with { Host = options.Host with { ProbeDelay = moment, InterfaceDelay = moment, RebootDuration = moment * 5 } });
    }

    /// <summary>An entry of somebody else, which must survive every story.</summary>
    private const string ForeignPluginFile =
        """{"resourceList":[{"resourcePrefix":"example.com","resourceName":"somebody_elses","deviceType":"netDevice","selectors":{"vendors":["8086"],"devices":["154c"],"drivers":["iavf"],"pciAddresses":["0000:7f:00.0"]}}]}""";
}
