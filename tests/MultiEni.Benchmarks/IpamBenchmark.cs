using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using MultiEni.Api.EniAttachments;
using MultiEni.Ipam.Protocol;
using MultiEni.Simulator;
using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Benchmarks;

/// <summary>
/// Addresses for pods: the published ENI manager and the published CNI plugin, with 100 pods at
/// once.
/// </summary>
internal static class IpamBenchmark
{
    private const int Pods = 100;
    private const int Rounds = 4;
    private const double LimitMilliseconds = 20;
    private const string Mac = "02:00:00:00:02:01";
    private const string Attachments = "eniattachments.networking.k8s.aws";

    public static async Task RunAsync()
    {
        Table.Head("measured", "value", "bound", "");
        await using var cluster = await SimulatedCluster.StartAsync(new SimulatedClusterOptions { Nodes = 1 }, CancellationToken.None);
        var node = cluster.Nodes[0].Name;
        var folder = Directory.CreateTempSubdirectory("ipam-");
        var socket = Path.Combine(folder.FullName, "s");
        var environment = new Dictionary<string, string>(cluster.ManagerEnvironment(node)) { ["IPAM_SOCKET"] = socket, ["LOG_LEVEL"] = "warn" };
        using var manager = PublishedProgram.Start("eni-manager", ["--metrics-addr=0"], environment);
        ManagerBenchmark.Announce(cluster, node, "bench", Mac, 1, DeviceUses.Plain);
        cluster.Host(node).Plug(Mac, ["10.1.0.2"]);
        var network = new JsonObject
        {
            ["subnetCIDR"] = "10.1.0.0/16",
            ["privateIPs"] = new JsonArray("10.1.0.2"),
            ["prefixes"] = new JsonArray([.. Enumerable.Range(0, 63).Select(place => (JsonNode)$"10.1.{16 + (place / 16)}.{place % 16 * 16}/28")]),
        };
        cluster.Kubernetes.Store.MergePatch(
            Attachments,
            "bench",
            new JsonObject { ["status"] = new JsonObject { ["network"] = network } },
            WriteOptions.Status
        );
        await manager.UntilAsync(() => Asks(socket, "warm-up"), "addresses are given");

        // Addresses rest after a pod, so each round has others.
        var (cpu, direct) = (manager.Cpu, new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            direct.AddRange(await AllAsync(pod => Task.Run(() => Ask(socket, $"direct-{round}-{pod}"))));
        }

        var each = (manager.Cpu - cpu).TotalMilliseconds / direct.Count;
        Rows($"answer of the ENI manager, {Pods} at once", direct, LimitMilliseconds);
        Console.WriteLine($"{"CPU ms of the ENI manager for each ADD", -48}{each, 12:0.00}");

        var alone = new List<double>();
        for (var pod = 0; pod < Pods; pod++)
        {
            alone.Add(await PluginAsync(socket, $"alone-{pod}"));
        }

        Rows("ADD of the plugin, one after the other", alone, LimitMilliseconds);
        var crowd = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            crowd.AddRange(await AllAsync(pod => PluginAsync(socket, $"crowd-{round}-{pod}")));
        }

        // The processes wait for a processor then, which is counted.
        Rows($"ADD of the plugin, {Pods} processes at once", crowd, null);
        folder.Delete(recursive: true);
    }

    private static void Rows(string what, List<double> samples, double? bound)
    {
        samples.Sort();
        foreach (
            var (name, value) in (ReadOnlySpan<(string, double)>)[("median", samples[samples.Count / 2]), ("99 %", samples[samples.Count * 99 / 100])]
        )
        {
            if (bound is { } limit)
            {
                ManagerBenchmark.Row($"{what}, {name}, ms", value, limit);
            }
            else
            {
                Console.WriteLine($"{$"{what}, {name}, ms", -48}{value, 12:0.00}");
            }
        }
    }

    private static Task<double[]> AllAsync(Func<int, Task<double>> add) => Task.WhenAll(Enumerable.Range(0, Pods).Select(add));

    private static bool Asks(string socket, string pod)
    {
        try
        {
            Ask(socket, pod);
            return true;
        }
        catch (Exception error) when (error is SocketException or InvalidOperationException)
        {
            return false;
        }
    }

    private static double Ask(string path, string pod)
    {
        var request = new IpamRequest
        {
            Command = IpamCommands.Add,
            Network = "bench",
            Plugin = "ipvlan",
            ContainerId = pod,
            Interface = "net1",
            PodNamespace = "default",
            PodName = pod,
            MacAddress = Mac,
        };
        var start = Stopwatch.GetTimestamp();
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(path));
        using var stream = new NetworkStream(socket);
        stream.Write(JsonSerializer.SerializeToUtf8Bytes(request, IpamJson.Default.IpamRequest));
        socket.Shutdown(SocketShutdown.Send);
        var reply = JsonSerializer.Deserialize(stream, IpamJson.Default.IpamReply);
        return reply?.Error is { } error ? throw new InvalidOperationException(error.Message) : Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static async Task<double> PluginAsync(string socket, string pod)
    {
        var start = new ProcessStartInfo(Path.GetFullPath("artifacts/programs/eni-ipam"))
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["CNI_COMMAND"] = "ADD";
        start.Environment["CNI_CONTAINERID"] = pod;
        start.Environment["CNI_IFNAME"] = "net1";
        start.Environment["CNI_NETNS"] = $"/run/netns/{pod}";
        start.Environment["CNI_PATH"] = "/opt/cni/bin";
        start.Environment["CNI_ARGS"] = $"K8S_POD_NAMESPACE=default;K8S_POD_NAME={pod}";
        var begin = Stopwatch.GetTimestamp();
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(
            $$"""{"cniVersion":"1.0.0","name":"bench","type":"ipvlan","hwaddr":"{{Mac}}","ipam":{"type":"eni-ipam","socket":"{{socket}}"} }"""
        );
        process.StandardInput.Close();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? Stopwatch.GetElapsedTime(begin).TotalMilliseconds : throw new InvalidOperationException(output);
    }
}
