using System.Diagnostics;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.ResourceClaims;
using MultiEni.Simulator;
using MultiEni.Simulator.Nodes.Kubelets.Claims;
using MultiEni.VirtualMachine;

namespace MultiEni.Benchmarks;

/// <summary>
/// The published ENI manager as a DRA driver: how long the kubelet waits for a claim, and what the
/// driver costs in memory against the embedded device plugin.
/// </summary>
internal static class ClaimBenchmark
{
    private const int Claims = 20;
    private const double LimitMilliseconds = 500;
    private const double GrowthMegabytes = 3;
    private const int Slot = 5;
    private const string Eni = "eni-bench";
    private const string Mac = "02:00:00:00:02:01";
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(20);

    public static async Task RunAsync()
    {
        Table.Head("measured", "value", "bound", "");
        var embedded = await SimulatedAsync("embedded", (_, _) => Task.CompletedTask);
        var samples = (Prepare: new List<double>(), Unprepare: new List<double>());
        var dra = await SimulatedAsync("dra", (cluster, node) => PrepareAsync(cluster, node, samples));
        Rows("simulated node, claim", samples.Prepare, samples.Unprepare);
        Console.WriteLine($"{"RSS MB while idle, embedded", -48}{embedded.Idle, 12:0.00}");
        Console.WriteLine($"{"RSS MB while idle, dra", -48}{dra.Idle, 12:0.00}");
        ManagerBenchmark.Row("RSS MB more with dra", dra.Idle - embedded.Idle, GrowthMegabytes);
        Console.WriteLine($"{$"RSS MB after {Claims} claims, dra", -48}{dra.After, 12:0.00}");
        await MachineAsync();
    }

    private static void Rows(string what, List<double> prepare, List<double> unprepare)
    {
        foreach (var (name, samples) in (ReadOnlySpan<(string, List<double>)>)[("prepared", prepare), ("ended", unprepare)])
        {
            samples.Sort();
            ManagerBenchmark.Row($"{what} {name}, median ms", samples[samples.Count / 2], LimitMilliseconds);
            ManagerBenchmark.Row($"{what} {name}, worst ms", samples[^1], LimitMilliseconds);
        }
    }

    // One ENI is offered, by the publisher and to a kubelet that has registered it.
    private static async Task<(double Idle, double After)> SimulatedAsync(string publisher, Func<SimulatedCluster, string, Task> use)
    {
        await using var cluster = await SimulatedCluster.StartAsync(new SimulatedClusterOptions { Nodes = 1 }, CancellationToken.None);
        var node = cluster.Nodes[0].Name;
        var environment = new Dictionary<string, string>(cluster.ManagerEnvironment(node))
        {
            ["DEVICE_PUBLISHER"] = publisher,
            ["LOG_LEVEL"] = "warn",
        };
        using var manager = PublishedProgram.Start("eni-manager", ["--metrics-addr=0"], environment);
        ManagerBenchmark.Announce(cluster, node, "bench", Mac, 1, DeviceUses.Advertised, whenClaimed: publisher == "dra");
        cluster.Host(node).Plug(Mac, ["10.1.0.2"]);
        await manager.UntilAsync(
            () =>
                cluster.Kubernetes.Store.Get("eniattachments.networking.k8s.aws", "bench")["status"]?["device"]?["advertised"]?.GetValue<bool>()
                == true,
            "the ENI is advertised"
        );
        await Task.Delay(Idle, TimeProvider.System);
        var idle = manager.Megabytes;
        await use(cluster, node);
        return (idle, manager.Megabytes);
    }

    // The kernel of the simulated node takes no time, so all of it is the manager's own, with the
    // requests that reading and writing a simulated device take.
    private static async Task PrepareAsync(SimulatedCluster cluster, string node, (List<double> Prepare, List<double> Unprepare) samples)
    {
        await using var kubelet = new KubeletDraManager(cluster.Kubelet(node).Root);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!kubelet.Drivers.Contains(ClaimNames.Driver))
        {
            await timer.WaitForNextTickAsync();
        }

        for (var i = 0; i < Claims; i++)
        {
            var claim = GuestClaim.Allocate(cluster.Kubernetes.Store, $"claim-{i}", Eni, ClaimModes.Dpdk);
            var identity = new ClaimIdentity(GuestClaim.Namespace, claim.Name, claim.Uid);
            var start = Stopwatch.GetTimestamp();
            var prepared = await kubelet.PrepareAsync(ClaimNames.Driver, [identity], CancellationToken.None);
            samples.Prepare.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            Done(prepared[claim.Uid].Error);
            start = Stopwatch.GetTimestamp();
            var errors = await kubelet.UnprepareAsync(ClaimNames.Driver, [identity], CancellationToken.None);
            samples.Unprepare.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            Done(errors.GetValueOrDefault(claim.Uid, ""));
        }
    }

    private static async Task MachineAsync()
    {
        try
        {
            _ = MachineFolders.Find();
        }
        catch (InvalidOperationException missing)
        {
            Console.WriteLine($"NOT MEASURED on a real kernel: {missing.Message}");
            return;
        }

        var stop = CancellationToken.None;
        await using var node = await GuestNode.StartAsync("bench-claims", MachineMode.NoIommu, stop);
        await GuestKubelet.ClearAsync(node, stop);
        await node.RunManagerAsync("setup", stop);
        await node.StartManagerAsync(stop, GuestKubelet.Settings);
        await node.Machine.Monitor.PlugAsync(Slot, Mac, stop);
        var device = new DeviceSpec
        {
            Use = DeviceUses.Advertised,
            Driver = "vfio-pci",
            ResourceName = "intel.com/bench",
        };
        node.Cluster.Attach("bench", Mac, device);
        var kubelet = new GuestKubelet(node);
        await kubelet.RegisterAsync(stop);
        await node.AwaitAsync("bench", found => found.Status?.Device?.Advertised == true, "advertised", stop);
        foreach (var mode in (string[])[ClaimModes.Kernel, ClaimModes.Dpdk])
        {
            var (prepare, unprepare) = (new List<double>(), new List<double>());
            for (var i = 0; i < Claims / 2; i++)
            {
                var claim = GuestClaim.Allocate(node.Cluster.Kubernetes.Store, $"{mode}-{i}", Eni, mode);
                prepare.Add(Took(await kubelet.PrepareAsync(claim, stop)));
                unprepare.Add(Took(await kubelet.UnprepareAsync(claim, stop)));
            }

            Rows($"real kernel, mode {mode},", prepare, unprepare);
        }
    }

    private static double Took(GuestAnswer answer)
    {
        Done(answer.Error);
        return answer.Took.TotalMilliseconds;
    }

    private static void Done(string error)
    {
        if (error.Length > 0)
        {
            throw new InvalidOperationException($"The driver says: {error}");
        }
    }
}
