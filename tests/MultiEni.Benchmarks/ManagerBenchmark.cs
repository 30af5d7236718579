using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Manager;
using MultiEni.Manager.Settings;
using MultiEni.Operator.Configuration;
using MultiEni.Simulator;
using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Benchmarks;

/// <summary>
/// The ENI manager: how soon a device that appears is bound and published, and on a real kernel,
/// how fast it binds and what it costs while idle.
/// </summary>
internal static class ManagerBenchmark
{
    private const int Samples = 20;
    private const double LimitMilliseconds = 250;
    private const string Resource = $"{Names.EniAttachmentPlural}.{Names.Group}";

    public static async Task RunAsync()
    {
        Table.Head("measured", "value", "bound", "");
        var samples = await LatenciesAsync();
        samples.Sort();
        Row("announced to published, median ms", samples[samples.Count / 2], LimitMilliseconds);
        Row("announced to published, worst ms", samples[^1], LimitMilliseconds);
        await MachineBenchmark.RunAsync();
    }

    /// <summary>One line; a value above its bound is marked.</summary>
    public static void Row(string what, double value, double bound) =>
        Console.WriteLine($"{what, -48}{value, 12:0.00}{bound, 12:0.00}{(value <= bound ? "" : "   MISSED")}");

    // The kernel of the simulated node takes no time, so all of it is the manager's own.
    private static async Task<List<double>> LatenciesAsync()
    {
        await using var cluster = await SimulatedCluster.StartAsync(new SimulatedClusterOptions { Nodes = 1 }, CancellationToken.None);
        var node = cluster.Nodes[0].Name;
        var environment = cluster.ManagerEnvironment(node);
        var reader = new SettingsReader("eni-manager", ["--metrics-addr=0"], name => environment.GetValueOrDefault(name));
        var settings = ManagerSettings.Read(reader, name => environment.GetValueOrDefault(name));
        reader.Finish();
        using var stop = new CancellationTokenSource();
        var running = ManagerApp.RunAsync(settings, NullLoggerFactory.Instance, TimeProvider.System, stop.Token);
        var samples = new List<double>();
        for (var i = 0; i <= Samples; i++)
        {
            var (name, mac) = ($"bench-{i}", $"02:00:00:00:02:{i:x2}");
            Announce(cluster, node, name, mac, i + 1);
            await UntilAsync(() => cluster.Kubernetes.Store.Get(Resource, name)["status"]?["conditions"] is JsonArray { Count: > 0 });
            var start = TimeProvider.System.GetTimestamp();
            var address = cluster.Host(node).Plug(mac, [$"10.1.0.{i + 1}"]);
            await UntilAsync(() =>
                File.Exists(cluster.PcidpFile(node)) && File.ReadAllText(cluster.PcidpFile(node)).Contains(address, StringComparison.Ordinal)
            );
            // The first one pays for the just-in-time compiler, which the published program does
            // not have.
            if (i > 0)
            {
                samples.Add(TimeProvider.System.GetElapsedTime(start).TotalMilliseconds);
            }

            // Each has the node for itself: reading a simulated device takes a request, and a node
            // full of them would be most of the time.
            cluster.Kubernetes.Store.Delete(Resource, name);
            await UntilAsync(() => cluster.Kubernetes.Store.Find(Resource, name) is null);
            await cluster.Host(node).UnplugAsync(mac, CancellationToken.None);
        }

        await stop.CancelAsync();
        await running;
        return samples;
    }

    /// <summary>Writes an attachment as the controller leaves it when EC2 has attached the ENI.</summary>
    public static void Announce(
        SimulatedCluster cluster,
        string node,
        string name,
        string mac,
        int index,
        string use = DeviceUses.Bound,
        bool whenClaimed = false
    )
    {
        var device = new JsonObject { ["use"] = use, ["resourceName"] = "intel.com/bench" };
        if (use == DeviceUses.Bound || whenClaimed)
        {
            device["driver"] = "vfio-pci";
        }

        cluster.Kubernetes.Store.Create(
            Resource,
            new JsonObject
            {
                ["metadata"] = new JsonObject
                {
                    ["name"] = name,
                    ["labels"] = new JsonObject { [Names.NodeLabel] = Names.LabelValue(node) },
                },
                ["spec"] = new JsonObject
                {
                    ["nodeENIRef"] = new JsonObject { ["name"] = "bench", ["uid"] = "uid" },
                    ["nodeName"] = node,
                    ["instanceID"] = "i-1",
                    ["slot"] = $"subnet-{index}",
                    ["subnetID"] = $"subnet-{index}",
                    ["securityGroupIDs"] = new JsonArray("sg-1"),
                    ["deviceIndex"] = index,
                    ["networkCardIndex"] = 0,
                    ["device"] = device,
                },
            }
        );
        cluster.Kubernetes.Store.MergePatch(
            Resource,
            name,
            new JsonObject
            {
                ["status"] = new JsonObject
                {
                    ["network"] = new JsonObject
                    {
                        ["state"] = "Attached",
                        ["eniID"] = $"eni-{name}",
                        ["macAddress"] = mac,
                        ["deviceIndex"] = index,
                        ["networkCardIndex"] = 0,
                        ["privateIPs"] = new JsonArray($"10.1.0.{index}"),
                    },
                },
            },
            WriteOptions.Status
        );
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        while (!condition())
        {
            await timer.WaitForNextTickAsync();
        }
    }
}
