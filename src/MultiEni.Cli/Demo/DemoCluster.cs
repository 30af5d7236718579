using MultiEni.Simulator;
using MultiEni.Simulator.Ec2;
using MultiEni.Simulator.Nodes.Cluster;
using MultiEni.Simulator.Nodes.DevicePlugins;

namespace MultiEni.Cli.Demo;

/// <summary>
/// An EKS-like simulated cluster in two zones, with realistic delays divided by the speed.
/// </summary>
internal static class DemoCluster
{
    /// <summary>
    /// A foreign entry in the device plugin's file, to show that it is preserved.
    /// </summary>
    public const string ForeignEntry = """
        {"resourceList":[{"resourcePrefix":"example.com","resourceName":"somebody_elses","deviceType":"netDevice","selectors":{"vendors":["8086"],"devices":["154c"],"drivers":["iavf"],"pciAddresses":["0000:7f:00.0"]}}]}
        """;

    public static async Task<SimulatedCluster> StartAsync(DemoOptions options, string folder, CancellationToken cancellationToken)
    {
        var realistic = new SimulatedClusterOptions
        {
            Nodes = options.Nodes,
            Zones = 2,
            Seed = options.Seed,
            StateFolder = folder,
            Kubeconfig = options.Kubeconfig,
            KubeconfigContext = options.Context,
            Guest = options.Kubeconfig is null ? null : DemoGuest.Name,
            DevicePlugin = options.Publisher == DemoOptions.SriovConfig ? DevicePluginRelease.V38 : null,
            InitialPluginFile = options.Publisher == DemoOptions.SriovConfig ? ForeignEntry : null,
            NodeLabels = new Dictionary<string, string> { ["ng"] = "multi-eni", ["workload"] = "packet-processing" },
        }.Realistic();
        return await SimulatedCluster.StartAsync(
            realistic with
            {
                Ec2 = realistic.Ec2 with { Latencies = Faster(realistic.Ec2.Latencies, options.Speed) },
                Timings = Faster(realistic.Timings, options.Speed),
                Host = realistic.Host with
                {
                    ProbeDelay = realistic.Host.ProbeDelay / options.Speed,
                    InterfaceDelay = realistic.Host.InterfaceDelay / options.Speed,
                },
            },
            cancellationToken
        );
    }

    private static Ec2Latencies Faster(Ec2Latencies latencies, double speed) =>
        latencies with
        {
            Call = latencies.Call / speed,
            CallByAction = latencies.CallByAction.ToDictionary(call => call.Key, call => call.Value / speed),
            Create = latencies.Create / speed,
            Attach = latencies.Attach / speed,
            Detach = latencies.Detach / speed,

            // The nodes are already running when the demo starts.
            InstanceStart = TimeSpan.Zero,
        };

    private static ClusterTimings Faster(ClusterTimings timings, double speed) =>
        timings with
        {
            PodStart = timings.PodStart / speed,
            PodStop = timings.PodStop / speed,
            PluginStart = timings.PluginStart / speed,
            PluginReplacement = timings.PluginReplacement / speed,
            CrashLoopPause = timings.CrashLoopPause / speed,
        };
}
