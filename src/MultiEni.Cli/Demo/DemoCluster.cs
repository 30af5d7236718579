using MultiEni.Simulator;
using MultiEni.Simulator.Cluster;
using MultiEni.Simulator.Ec2;

namespace MultiEni.Cli.Demo;

/// <summary>The stage: an EKS-like cluster in two zones with delays as in a real one, divided by the speed.</summary>
internal static class DemoCluster
{
    /// <summary>An entry of somebody else in the device plugin's file, to show that it is left alone.</summary>
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
            InitialPluginFile = ForeignEntry,
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
}
