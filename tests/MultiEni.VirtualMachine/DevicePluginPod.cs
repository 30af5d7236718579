using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Storage;
using MultiEni.Simulator.Nodes;
using MultiEni.Simulator.Nodes.DevicePlugins;

namespace MultiEni.VirtualMachine;

/// <summary>
/// The SR-IOV device plugin and what surrounds it on the node: a pod that reads its file and the
/// machine's real devices once, at its start, and is made anew when it is deleted; the node counts
/// what it serves.
/// </summary>
public sealed class DevicePluginPod : IAsyncDisposable
{
    private const string Space = "kube-system";
    private const string Name = "sriov-device-plugin";

    private const string ListDevices =
        "cd /sys/bus/pci/devices; for d in *; do " + "r=$(readlink $d/driver); echo $d $(cat $d/vendor $d/device $d/class) ${r##*/}; done";

    private readonly GuestCluster _cluster;
    private readonly GuestShell _shell;
    private readonly string _file;
    private readonly CancellationTokenSource _stop = new();
    private readonly HashSet<string> _counted = new(StringComparer.Ordinal);
    private readonly Task _running;

    /// <summary>Starts it.</summary>
    /// <param name="cluster">Where its pod is.</param>
    /// <param name="shell">The machine whose devices it offers.</param>
    /// <param name="file">Its file, as this machine sees it.</param>
    public DevicePluginPod(GuestCluster cluster, GuestShell shell, string file)
    {
        (_cluster, _shell, _file) = (cluster, shell, file);
        _running = RunAsync(_stop.Token);
    }

    /// <summary>Why it ended, or null while it runs.</summary>
    public Exception? Failure => _running.Exception;

    /// <summary>What it serves, by resource name; null when it crashed over its file.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Served { get; private set; }

    /// <summary>How often it read its file.</summary>
    public int Starts { get; private set; }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        var pods = _cluster.Kubernetes.Store;
        await StartAsync(cancellationToken);
        await foreach (var change in pods.WatchAsync("pods", Space, null, null, null, cancellationToken))
        {
            // Its removal shows as one more change of a pod that is being deleted.
            var isGoing = change.Type == ChangeType.Modified && change.Object!["metadata"]!["deletionTimestamp"] is not null;
            if (isGoing && pods.Find("pods", Name, Space) is not null)
            {
                pods.Delete("pods", Name, Space, new RemovalOptions { GracePeriodSeconds = 0 });
            }
            else if (change.Type == ChangeType.Deleted)
            {
                await StartAsync(cancellationToken);
            }
        }
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        var devices = await DevicesAsync(cancellationToken);
        var text = File.Exists(_file) ? await File.ReadAllTextAsync(_file, cancellationToken) : null;
        var run = DevicePlugin.Start(text, DevicePluginRelease.V38, devices, new SimulatedNetwork([], [], [], []));
        Served = (run as DevicePluginRun.Serving)?.Devices;
        Starts++;
        foreach (var resource in _counted.Where(counted => Served?.ContainsKey(counted) != true))
        {
            _cluster.Count(resource, 0);
        }

        foreach (var (resource, addresses) in Served ?? new Dictionary<string, IReadOnlyList<string>>())
        {
            _counted.Add(resource);
            _cluster.Count(resource, addresses.Count);
        }

        _cluster.Kubernetes.Store.Create(
            "pods",
            new JsonObject
            {
                ["metadata"] = new JsonObject
                {
                    ["name"] = Name,
                    ["namespace"] = Space,
                    ["labels"] = new JsonObject { ["app"] = "sriovdp" },
                },
                ["spec"] = new JsonObject
                {
                    ["nodeName"] = GuestCluster.NodeName,
                    ["containers"] = new JsonArray(
                        new JsonObject
                        {
                            ["name"] = "plugin",
                            ["image"] = "sriovdp",
                            ["volumeMounts"] = new JsonArray(new JsonObject { ["name"] = "config", ["mountPath"] = "/etc/pcidp" }),
                        }
                    ),
                    ["volumes"] = new JsonArray(
                        new JsonObject
                        {
                            ["name"] = "config",
                            ["hostPath"] = new JsonObject { ["path"] = "/out/pcidp" },
                        }
                    ),
                },
            }
        );
    }

    private async Task<List<SimulatedDevice>> DevicesAsync(CancellationToken cancellationToken)
    {
        var listed = await _shell.RunAsync(ListDevices, cancellationToken);
        return
        [
            .. listed
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.Split(' '))
                .Where(parts => parts.Length >= 4)
                .Select(parts => new SimulatedDevice(
                    parts[0],
                    parts[1][2..],
                    parts[2][2..],
                    parts[3][2..],
                    null,
                    parts.ElementAtOrDefault(4) is { Length: > 0 } driver ? driver : null,
                    null,
                    null,
                    null,
                    false,
                    false
                )),
        ];
    }
}
