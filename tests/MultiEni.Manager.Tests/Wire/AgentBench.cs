using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using MultiEni.Api;
using MultiEni.Manager.Settings;
using MultiEni.Manager.Tests.Binding;
using MultiEni.Operator.Configuration;
using MultiEni.Operator.Logging;
using MultiEni.Simulator;
using MultiEni.Simulator.Kubernetes.Storage;
using MultiEni.Simulator.Nodes;

namespace MultiEni.Manager.Tests.Wire;

/// <summary>
/// A whole agent on a simulated node of a simulated cluster. The test plays the controller: it
/// attaches ENIs and writes attachments.
/// </summary>
internal sealed class AgentBench : IAsyncDisposable
{
    /// <summary>
    /// The agent's name as a client of the API server, which others of the cluster ask as well.
    /// </summary>
    public const string Program = "eni-manager";

    private readonly StringWriter _log = new();
    private readonly TextWriter _output;
    private readonly Dictionary<string, string> _extra;
    private CancellationTokenSource? _stop;
    private Task? _running;

    private AgentBench(SimulatedCluster cluster, Dictionary<string, string> extra)
    {
        Cluster = cluster;
        _output = TextWriter.Synchronized(_log);
        _extra = extra;
    }

    public SimulatedCluster Cluster { get; }

    public string NodeName => Cluster.Nodes[0].Name;

    public SimulatedHost Node => Cluster.Host(NodeName);

    public string PluginFile => Cluster.PcidpFile(NodeName);

    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>What the agent logged, for a test that waits in vain.</summary>
    public string Log
    {
        get
        {
            // The wrapper synchronizes on itself.
            lock (_output)
            {
                return _log.ToString();
            }
        }
    }

    /// <summary>A cluster of one node without an agent.</summary>
    public static async Task<AgentBench> StartClusterAsync(SimulatedClusterOptions? options = null, params (string Name, string Value)[] environment)
    {
        var cluster = await SimulatedCluster.StartAsync((options ?? new SimulatedClusterOptions()) with { Nodes = 1 }, Stop);
        return new AgentBench(cluster, environment.ToDictionary(pair => pair.Name, pair => pair.Value, StringComparer.Ordinal));
    }

    /// <summary>A cluster of one node with its agent.</summary>
    public static async Task<AgentBench> StartAsync(SimulatedClusterOptions? options = null, params (string Name, string Value)[] environment)
    {
        var bench = await StartClusterAsync(options, environment);
        bench.StartAgent();
        return bench;
    }

    /// <summary>
    /// Starts an agent with the environment that the cluster gives and short delays.
    /// </summary>
    public void StartAgent(Func<ManagerSettings, ManagerSettings>? change = null)
    {
        _stop = new CancellationTokenSource();
        _running = RunAsync(change ?? (settings => settings), _stop.Token);
    }

    /// <summary>Stops the agent as SIGTERM does.</summary>
    public async Task StopAgentAsync()
    {
        if (_stop is not null)
        {
            await _stop.CancelAsync();
            await _running!;
            _stop.Dispose();
            _stop = null;
        }
    }

    /// <summary>
    /// Starts an agent that ends before its write number <paramref name="write"/>, as if it were
    /// killed there.
    /// </summary>
    /// <returns>Whether it came to that.</returns>
    public async Task<bool> RunUntilWriteAsync(int write, Func<bool> settled)
    {
        var writes = 0;
        var crashed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        StartAgent(settings =>
            settings with
            {
                GracePeriod = TimeSpan.FromMilliseconds(1),
                BeforeEachWrite = point =>
                {
                    if (Interlocked.Increment(ref writes) > write)
                    {
                        crashed.TrySetResult();
                        throw new SimulatedCrash(point);
                    }
                },
            }
        );
        await Eventually.Holds(() => Task.FromResult(crashed.Task.IsCompleted || settled()), () => $"a crash before write {write} or the end\n{Log}");
        await StopAgentAsync();
        return crashed.Task.IsCompleted;
    }

    /// <summary>Attaches an ENI and says so, as the controller does.</summary>
    public string Attach(string name, int index, Action<JsonObject>? device = null, string? node = null)
    {
        var mac = $"02:00:00:00:01:{index:x2}";
        var address = Node.Plug(mac, [$"10.1.0.{index}"]);
        Announce(name, index, device, mac, node);
        return address;
    }

    /// <summary>Writes the attachment of an ENI that the kernel may not show yet.</summary>
    public void Announce(string name, int index, Action<JsonObject>? device, string mac, string? node = null)
    {
        Create(name, index, device, node);
        Cluster.Kubernetes.Store.Change(
            Resource,
            name,
            live =>
                live["status"] = new JsonObject
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
            WriteOptions.Status
        );
    }

    /// <summary>Writes an attachment whose ENI is not attached yet.</summary>
    public void Create(string name, int index, Action<JsonObject>? device, string? node = null)
    {
        var desired = new JsonObject { ["use"] = "Bound", ["driver"] = "vfio-pci" };
        device?.Invoke(desired);
        Cluster.Kubernetes.Store.Create(
            Resource,
            new JsonObject
            {
                ["metadata"] = new JsonObject
                {
                    ["name"] = name,
                    ["labels"] = new JsonObject { [Names.NodeLabel] = Names.LabelValue(NodeName) },
                    ["finalizers"] = new JsonArray(Names.EniFinalizer),
                },
                ["spec"] = new JsonObject
                {
                    ["nodeENIRef"] = new JsonObject { ["name"] = "dpdk", ["uid"] = "uid" },
                    ["nodeName"] = node ?? NodeName,
                    ["instanceID"] = Cluster.Nodes[0].InstanceId,
                    ["slot"] = $"slot-{index}",
                    ["subnetID"] = "subnet-12345678",
                    ["securityGroupIDs"] = new JsonArray("sg-12345678"),
                    ["deviceIndex"] = index,
                    ["networkCardIndex"] = 0,
                    ["device"] = desired,
                },
            }
        );
    }

    public void Delete(string name) => Cluster.Kubernetes.Store.Delete(Resource, name);

    public JsonObject? Find(string name) => Cluster.Kubernetes.Store.Find(Resource, name);

    public JsonNode? Condition(string name, string type) =>
        (Find(name)?["status"]?["conditions"] as JsonArray)?.FirstOrDefault(condition => condition!["type"]!.GetValue<string>() == type);

    public string? Reason(string name, string type) => Condition(name, type)?["reason"]?.GetValue<string>();

    public string Message(string name, string type) => Condition(name, type)?["message"]?.GetValue<string>() ?? "";

    public bool IsTrue(string name, string type) => Condition(name, type)?["status"]?.GetValue<string>() == "True";

    public bool HasFinalizer(string name, string finalizer) =>
        (Find(name)?["metadata"]?["finalizers"] as JsonArray)?.Any(entry => entry!.GetValue<string>() == finalizer) == true;

    public string? Allocatable(string resource) =>
        Cluster.Kubernetes.Store.Find("nodes", NodeName)?["status"]?["allocatable"]?[resource]?.GetValue<string>();

    public Task Until(Func<bool> condition, string what) =>
        Eventually.Holds(
            () =>
            {
                Assert.Null(Cluster.Failure);
                Assert.False(_running?.IsFaulted == true, _running?.Exception?.ToString());
                return Task.FromResult(condition());
            },
            () => $"{what}\n{Cluster.Kubernetes.Store.Find(Resource, "a")?["status"]}\n{Log}"
        );

    public Task UntilAdvertised(string name) => Until(() => IsTrue(name, ConditionTypes.Advertised), $"{name} to be advertised");

    /// <summary>
    /// Waits for a reason and for what its message must name: the first message of a reason may come
    /// from an observation made before the kernel showed the device.
    /// </summary>
    public Task UntilReason(string name, string type, string reason, params string[] parts) =>
        Until(() => Reason(name, type) == reason && Says(name, type, parts), $"{type} of {name} to be {reason} {string.Join(", ", parts)}");

    public Task UntilTrue(string name, string type, params string[] parts) =>
        Until(() => IsTrue(name, type) && Says(name, type, parts), $"{type} of {name} to be true {string.Join(", ", parts)}");

    public async ValueTask DisposeAsync()
    {
        await StopAgentAsync();
        await Cluster.DisposeAsync();
        await _log.DisposeAsync();
    }

    private const string Resource = "eniattachments.networking.k8s.aws";

    private bool Says(string name, string type, string[] parts) => parts.All(part => Message(name, type).Contains(part, StringComparison.Ordinal));

    private async Task RunAsync(Func<ManagerSettings, ManagerSettings> change, CancellationToken cancellationToken)
    {
        var environment = new Dictionary<string, string>(Cluster.ManagerEnvironment(NodeName), StringComparer.Ordinal)
        {
            ["METRICS_ADDR"] = "0",
            ["DEVICE_PLUGIN_RESTART_DELAY"] = "50ms",
        };
        foreach (var (name, value) in _extra)
        {
            environment[name] = value;
        }

        var reader = new SettingsReader("eni-manager", [], environment.GetValueOrDefault);
        var settings = ManagerSettings.Read(reader, environment.GetValueOrDefault);
        reader.Finish();
        settings = settings with
        {
            RetryDelay = TimeSpan.FromMilliseconds(200),
            InUseInterval = TimeSpan.FromMilliseconds(100),
            EliminationDelay = TimeSpan.FromMilliseconds(500),
            DevicePluginRetryInterval = TimeSpan.FromMilliseconds(300),
        };
        using var loggers = ConsoleLogging.Create(LogFormat.Text, LogLevel.Information, _output, TimeProvider.System);
        await ManagerApp.RunAsync(change(settings), loggers, TimeProvider.System, cancellationToken);
    }
}
