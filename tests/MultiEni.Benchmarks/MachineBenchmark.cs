using System.Globalization;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.VirtualMachine;

namespace MultiEni.Benchmarks;

/// <summary>
/// The published ENI manager on a real kernel: native binds against those by dpdk-devbind.py, and
/// what it costs while nothing happens.
/// </summary>
internal static class MachineBenchmark
{
    private const int Binds = 3;
    private const int Slot = 5;
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(1);

    // The smallest agent that was measured when the design was made, and what eng/publish.sh holds it
    // below.
    private const double RssMegabytes = 21.5;
    private const double BinaryMegabytes = 19;

    public static async Task RunAsync()
    {
        MachineFolders folders;
        try
        {
            folders = MachineFolders.Find();
        }
        catch (InvalidOperationException missing)
        {
            Console.WriteLine($"NOT MEASURED on a real kernel: {missing.Message}");
            return;
        }

        var stop = CancellationToken.None;
        await using var node = await GuestNode.StartAsync("bench-machine", MachineMode.NoIommu, stop);
        await node.RunManagerAsync("setup", stop);
        var native = await BindSecondsAsync(node, "native", stop);
        var script = await BindSecondsAsync(node, "/usr/bin/dpdk-devbind.py", stop);
        Console.WriteLine($"{"bind on a real kernel, native s", -48}{native, 12:0.000}");
        Console.WriteLine($"{"bind on a real kernel, dpdk-devbind.py s", -48}{script, 12:0.000}");
        ManagerBenchmark.Row("native : dpdk-devbind.py", native / script, 1.0 / 5);
        await IdleAsync(node, stop);
        ManagerBenchmark.Row("binary MB", new FileInfo(Path.Combine(folders.Share, "programs/eni-manager")).Length / 1e6, BinaryMegabytes);
    }

    private static async Task<double> BindSecondsAsync(GuestNode node, string method, CancellationToken stop)
    {
        await node.StartManagerAsync(stop, new Dictionary<string, string> { ["DPDK_BINDING_SCRIPT"] = method });
        for (var i = 0; i < Binds; i++)
        {
            var (name, mac) = ($"bench-{method.Length}-{i}", $"52:54:00:00:{method.Length:x2}:{i:x2}");
            var device = new DeviceSpec
            {
                Use = DeviceUses.Bound,
                Driver = "vfio-pci",
                ResourceName = "intel.com/bench",
            };
            await node.Machine.Monitor.PlugAsync(Slot, mac, stop);
            node.Cluster.Attach(name, mac, device);
            await node.AwaitAsync(name, found => found.Status?.Conditions.IsTrue("Advertised") == true, "advertised", stop);
            node.Cluster.Delete(name);
            await node.AwaitAsync(name, found => found.Metadata.Finalizers is not { Count: > 1 }, "let go", stop);
            node.Cluster.Forget(name);
            await node.Machine.Monitor.UnplugAsync(Slot, stop);
            await node.AwaitAsync(
                async () => (await node.Machine.Shell.TryAsync($"test -e /sys/bus/pci/devices/0000:0{Slot}:00.0", stop)).Status != 0,
                "the card to be gone",
                stop
            );
        }

        var metrics = await node.Machine.Shell.RunAsync("busybox wget -qO- http://127.0.0.1:8081/metrics", stop);
        await node.StopManagerAsync(stop);
        return Value(metrics, "_sum") / Value(metrics, "_count");
    }

    // CHECK_INTERVAL is beyond the time of the measurement: what is counted is what happens without
    // any event.
    private static async Task IdleAsync(GuestNode node, CancellationToken stop)
    {
        await node.StartManagerAsync(stop, new Dictionary<string, string> { ["CHECK_INTERVAL"] = "1h" });
        var process = node.Manager!.ProcessId;
        await node.AwaitAsync(
            async () => (await node.Machine.Shell.TryAsync("busybox wget -qO- http://127.0.0.1:8081/readyz", stop)).Status == 0,
            "the manager to be ready",
            stop
        );
        await Task.Delay(TimeSpan.FromSeconds(10), TimeProvider.System, stop);
        var before = await SwitchesAsync(node, process, stop);
        await Task.Delay(Idle, TimeProvider.System, stop);
        var after = await SwitchesAsync(node, process, stop);
        var rss = await node.Machine.Shell.RunAsync($"sed -n 's/VmRSS:[^0-9]*\\([0-9]*\\).*/\\1/p' /proc/{process}/status", stop);
        // A thread that ended takes its count with it; what the others did is what counts.
        var switches = after.Sum(thread => thread.Value - before.GetValueOrDefault(thread.Key));
        ManagerBenchmark.Row("context switches in an idle minute", switches, 60);
        ManagerBenchmark.Row("RSS MB while idle", double.Parse(rss, CultureInfo.InvariantCulture) / 1024, RssMegabytes);
        await node.StopManagerAsync(stop);
    }

    private static async Task<Dictionary<string, double>> SwitchesAsync(GuestNode node, int process, CancellationToken stop)
    {
        var counts = await node.Machine.Shell.RunAsync(
            $"cat /proc/{process}/task/*/status | busybox awk '/^Pid:/ {{ t = $2 }} /ctxt_switches/ {{ n[t] += $2 }} END {{ for (t in n) print t, n[t] }}'",
            stop
        );
        return counts
            .Split('\n')
            .Select(line => line.Split(' '))
            .ToDictionary(parts => parts[0], parts => double.Parse(parts[1], CultureInfo.InvariantCulture), StringComparer.Ordinal);
    }

    private static double Value(string metrics, string suffix)
    {
        var line = metrics
            .Split('\n')
            .First(text =>
                text.StartsWith($"aws_multi_eni_dpdk_bind_operation_duration_seconds{suffix}", StringComparison.Ordinal)
                && text.Contains("operation_type=\"bind\"", StringComparison.Ordinal)
            );
        return double.Parse(line[(line.LastIndexOf('}') + 1)..].Trim().Split(' ')[0], CultureInfo.InvariantCulture);
    }
}
