using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using MultiEni.Api;
using MultiEni.Benchmarks.Plots;
using MultiEni.Controller.Ec2.Inventory;
using MultiEni.Simulator.Ec2;
using MultiEni.Simulator.Kubernetes;
using MultiEni.VirtualTime;

namespace MultiEni.Benchmarks;

/// <summary>
/// What the published controller costs, and how fast a real API server lets it be: real time, real
/// HTTP, and servers that refuse nothing.
/// </summary>
internal static class ControllerBenchmark
{
    private const string Explanation = """
        The published controller (Native AOT) as a process of its own, over HTTP on the loopback interface, against simulated EC2 that answers at once
        and refuses nothing and a simulated API server that predicts a real one: watches are 5 to 300 ms behind, and a request costs what it was measured
        to cost kube-apiserver and etcd on two cores (docs/scaling.md). One NodeENI, one plain ENI on each node, --ec2-rate-profile 100;
        no ENI managers, so no finalizer of theirs holds up the deletion. It begins 30 s after the controller did: what EC2 does not show before that
        may have been made by a predecessor, and the controller waits until that can be known.
          attached s = from the creation of the NodeENI until its status says that all are attached;  growth = the same against the smallest case
          cpu s      = user and system time of the controller, in both phases;  idle MB, peak MB = its resident size when it leads, and the largest
          deleted s  = from the deletion of the NodeENI until it is gone and no ENI is left
          calls/ENI  = EC2 calls of both phases, describes included;  writes/ENI = requests to the API server that change something, likewise
        The requests to the API server follow, and it fails when there are more than docs/scaling.md allows.
        """;

    private const double MostMegabytes = 150;
    private static readonly TimeSpan AbsenceIsProof = new EniInventoryOptions { Cluster = "" }.Grace;

    private const string NodeEnis = $"{Names.NodeEniPlural}.{Names.Group}";

    /// <summary>Measures each size; whether all kept to the budgets.</summary>
    public static async Task<bool> RunAsync(IReadOnlyList<string> arguments, PlotFolder? plots)
    {
        int[] sizes = arguments.Count == 0 ? [100, 1000, 5000] : [.. arguments.Select(size => int.Parse(size, CultureInfo.InvariantCulture))];
        Console.WriteLine(Explanation);
        Table.Head("nodes", "attached s", "growth", "cpu s", "deleted s", "cpu s", "idle MB", "peak MB", "calls/ENI", "writes/ENI");
        var costs = new List<ControllerCost>();
        var exceeded = new List<string>();
        foreach (var nodes in sizes)
        {
            costs.Add(await MeasureAsync(nodes, attached => costs.Count == 0 ? 1 : attached / costs[0].Attached, exceeded));
        }

        if (plots is not null)
        {
            ControllerFigures.Draw(plots, costs);
        }

        Console.WriteLine();
        foreach (var line in exceeded)
        {
            Console.WriteLine($"MISSED: {line}");
        }

        return exceeded.Count == 0;
    }

    private static async Task<ControllerCost> MeasureAsync(int nodes, Func<TimeSpan, double> growth, List<string> exceeded)
    {
        await using var ec2 = await Ec2Simulator.StartAsync(
            new Ec2SimulatorOptions
            {
                Throttling = Ec2Throttling.Off,
                NetworkInterfaceQuota = int.MaxValue,
                KeepTimeline = false,
            },
            CancellationToken.None
        );
        await using var kubernetes = await KubernetesSimulator.StartAsync(
            new KubernetesSimulatorOptions
            {
                HistoryLength = 200_000,
                WatchLag = WatchLag.Typical,
                Capacity = ServerCapacity.TwoSharedCores,
            },
            CancellationToken.None
        );
        var subnets = Fleet.Build(ec2.World, kubernetes.Store, nodes, 1);
        kubernetes.Store.Create("namespaces", new JsonObject { ["metadata"] = new JsonObject { ["name"] = Names.Namespace } });
        using var temporary = new TemporaryFile();
        using var controller = PublishedProgram.Start(
            "eni-controller",
            ["--metrics-addr", "0", "--ec2-rate-profile", "100"],
            new Dictionary<string, string>
            {
                ["KUBECONFIG"] = kubernetes.WriteKubeconfig(temporary.Path),
                ["LOG_LEVEL"] = "warn",
                ["AWS_REGION"] = "us-east-1",
                ["AWS_ENDPOINT_URL_EC2"] = ec2.BaseAddress.ToString(),
                ["AWS_ACCESS_KEY_ID"] = "AKIASIMULATED",
                ["AWS_SECRET_ACCESS_KEY"] = "simulated",
                ["AWS_EC2_METADATA_DISABLED"] = "true",
            }
        );
        await controller.UntilAsync(() => ec2.Counters.Snapshot()["DescribeNetworkInterfaces"].Total > 0, "the controller leads");
        var leads = Stopwatch.GetTimestamp();
        var idle = controller.Megabytes;
        var cpu = controller.Cpu;
        ec2.Counters.Reset();
        kubernetes.Faults.ResetCounts();
        var up = RequestLedger.Begin(kubernetes);

        var begin = Stopwatch.GetTimestamp();
        kubernetes.Store.Create(NodeEnis, Fleet.NodeEni("fleet", 1, subnets, sourceDestCheck: true));
        await controller.UntilAsync(
            () => kubernetes.Store.Find(NodeEnis, "fleet")?["status"]?["attachedENIs"]?.GetValue<int>() == nodes,
            "all ENIs are attached"
        );
        var attached = Stopwatch.GetElapsedTime(begin);
        var used = controller.Cpu - cpu;
        await controller.UntilAsync(
            () => ec2.Counters.Snapshot()["ModifyNetworkInterfaceAttribute"].Succeeded == nodes,
            "all ENIs are marked to go with their instances"
        );
        await controller.UntilAsync(() => Stopwatch.GetElapsedTime(leads) > AbsenceIsProof, "what EC2 does not show does not exist");

        exceeded.AddRange(WriteBudget.ExceededUp(up, nodes, Stopwatch.GetElapsedTime(begin)).Select(line => $"{nodes} nodes, attached: {line}"));
        var before = ec2.Counters.Snapshot();
        var down = RequestLedger.Begin(kubernetes);
        cpu = controller.Cpu;
        begin = Stopwatch.GetTimestamp();
        kubernetes.Store.Delete(NodeEnis, "fleet");
        await controller.UntilAsync(() => kubernetes.Store.Find(NodeEnis, "fleet") is null, "the NodeENI is gone");
        var deleted = Stopwatch.GetElapsedTime(begin);
        if (ec2.World.NetworkInterfaces.Count != nodes)
        {
            throw new InvalidOperationException("The NodeENI is gone, and ENIs of it are left");
        }

        Table.Row(
            nodes,
            attached.TotalSeconds,
            growth(attached),
            used.TotalSeconds,
            deleted.TotalSeconds,
            (controller.Cpu - cpu).TotalSeconds,
            idle,
            controller.PeakMegabytes,
            (double)ec2.Counters.Snapshot().Total / nodes,
            (double)kubernetes.Faults.Count().Writes / nodes
        );
        exceeded.AddRange(WriteBudget.ExceededDown(down, nodes, deleted).Select(line => $"{nodes} nodes, deleted: {line}"));
        up.Print($"{nodes} attached", nodes);
        down.Print($"{nodes} deleted", nodes);
        if (controller.PeakMegabytes > MostMegabytes)
        {
            exceeded.Add($"{nodes} nodes: {controller.PeakMegabytes:0} MB; at most {MostMegabytes} MB");
        }

        return new ControllerCost(
            nodes,
            attached,
            idle,
            controller.PeakMegabytes,
            up,
            down,
            Cost(before, null, nodes),
            Cost(ec2.Counters.Snapshot(), before, nodes)
        );
    }

    private static Ec2Cost Cost(Ec2CounterSnapshot calls, Ec2CounterSnapshot? before, int enis)
    {
        var mutating = calls.Mutating - (before?.Mutating ?? 0);
        return new Ec2Cost((double)mutating / enis, (double)(calls.Total - (before?.Total ?? 0) - mutating) / enis);
    }
}
