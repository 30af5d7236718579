using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Logging;
using MultiEni.Manager;
using MultiEni.Manager.Settings;
using MultiEni.Operator.Client;
using MultiEni.Simulator;
using MultiEni.Simulator.Ec2;
using MultiEni.Simulator.Nodes;
using MultiEni.VirtualTime;

namespace MultiEni.Reliability.Lab;

/// <summary>
/// The nodes' part as it is in life: a simulated kernel for each instance and the ENI manager
/// itself on it, as released. One that ends, or is killed, is followed by another as by a kubelet.
/// </summary>
internal sealed class Machines : IAsyncDisposable
{
    // Somebody else's, which must survive everything.
    private const string ForeignPluginFile =
        """{"resourceList":[{"resourcePrefix":"example.com","resourceName":"somebody_elses","deviceType":"netDevice","selectors":{"vendors":["8086"],"devices":["154c"],"drivers":["iavf"],"pciAddresses":["0000:7f:00.0"]}}]}""";

    private static readonly TimeSpan RestartDelay = TimeSpan.FromSeconds(2);
    private readonly ConcurrentDictionary<string, Machine> _machines = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _ending = new();
    private readonly SimulatedHosts _hosts;
    private readonly HostBackplane _backplane;
    private readonly string _disks = Directory.CreateTempSubdirectory("reliability-").FullName;
    private readonly ConcurrentBag<Task> _supervising = [];
    private int _started;

    private Machines(SimulatedHosts hosts)
    {
        _hosts = hosts;
        _backplane = new HostBackplane(hosts);
    }

    /// <summary>What lets devices appear where EC2 attaches ENIs.</summary>
    public IInstanceBackplane Backplane => _backplane;

    /// <summary>How many ENI managers were started.</summary>
    public int Started => _started;

    public IReadOnlyCollection<Machine> All => [.. _machines.Values.OrderBy(machine => machine.Node, StringComparer.Ordinal)];

    public static async Task<Machines> StartAsync(CancellationToken cancellationToken) =>
        new(await SimulatedHosts.StartAsync(server => server.UseTestServer(), cancellationToken));

    /// <summary>An instance has booted.</summary>
    public Machine Add(Cluster cluster, string node, string instanceId, ILoggerFactory loggers)
    {
        var primary = cluster.Ec2.World.NetworkInterfacesOf(instanceId).Single(row => row.Attachment!.DeviceIndex == 0);
        var address = primary.PrivateIps[0];
        var host = new SimulatedHost(
            node,
            instanceId,
            new PrimaryInterface(primary.MacAddress, address, 18, "10.0.0.1"),
            new SimulatedHostOptions(),
            seed: int.Parse(instanceId.AsSpan(instanceId.Length - 6), NumberStyles.HexNumber, CultureInfo.InvariantCulture),
            cluster.Time
        );
        var machine = new Machine(node, host, Path.Combine(_disks, instanceId));
        Directory.CreateDirectory(Path.GetDirectoryName(machine.PluginFile)!);
        File.WriteAllText(machine.PluginFile, ForeignPluginFile);
        _backplane.Add(host);
        _machines[node] = machine;
        _supervising.Add(SuperviseAsync(cluster, machine, loggers));
        return machine;
    }

    /// <summary>The machine is switched off.</summary>
    public void Remove(string node)
    {
        if (_machines.TryRemove(node, out var machine))
        {
            machine.IsGone = true;
            machine.Manager?.Kill();
            _hosts.Remove(machine.Host.InstanceId);
        }
    }

    /// <summary>The machine of a node.</summary>
    public Machine Of(string node) => _machines[node];

    /// <summary>Asks the ENI manager of a node to end, as before a rollout.</summary>
    public async Task StopManagerAsync(string node)
    {
        if (Of(node).Manager is { } manager)
        {
            await manager.EndAsync();
        }
    }

    /// <summary>Switches a machine off and on; what ran on it is gone.</summary>
    public async Task RebootAsync(string node)
    {
        var machine = Of(node);
        machine.Manager?.Kill();
        await machine.Host.RebootAsync(_ending.Token);
    }

    /// <summary>
    /// What is left on the nodes after everything was deleted; null when nothing is.
    /// </summary>
    public string? Leftovers()
    {
        foreach (var machine in All)
        {
            if (machine.Host.Devices().FirstOrDefault(device => device.Driver is "vfio-pci") is { } bound)
            {
                return $"{bound.Address} of {machine.Node} is still bound to {bound.Driver}";
            }

            if (File.ReadAllText(machine.PluginFile) is var file && !file.Contains("somebody_elses", StringComparison.Ordinal))
            {
                return $"the plugin file of {machine.Node} has lost somebody else's entry: {file}";
            }
            else if (file.Contains("intel_sriov", StringComparison.Ordinal))
            {
                return $"{machine.Node} still offers a device: {file}";
            }
        }

        return null;
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        foreach (var machine in _machines.Values)
        {
            machine.Manager?.Kill();
        }

        await Task.WhenAll(_supervising);
        await _hosts.DisposeAsync();
        Directory.Delete(_disks, recursive: true);
        _ending.Dispose();
    }

    private async Task SuperviseAsync(Cluster cluster, Machine machine, ILoggerFactory loggers)
    {
        while (!machine.IsGone && !_ending.IsCancellationRequested)
        {
            var process = Start(cluster, machine, loggers);
            await Task.WhenAny(process.Ended, process.Killed);
            await process.EndAsync();
            await Task.Delay(RestartDelay, cluster.Time, _ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private ProcessRun Start(Cluster cluster, Machine machine, ILoggerFactory loggers)
    {
        var name = $"manager-{Interlocked.Increment(ref _started)}-of-{machine.Node}";
        return ProcessRun.Start(
            name,
            (process, stop) => ManagerApp.RunAsync(Settings(cluster, machine, process), loggers, cluster.Time, stop),
            process =>
            {
                machine.Manager = process;
                cluster.Know(process);
            }
        );
    }

    private ManagerSettings Settings(Cluster cluster, Machine machine, ProcessRun process) =>
        new()
        {
            Kubernetes = new KubernetesConfig
            {
                Server = cluster.Kubernetes.BaseAddress,
                Source = "virtual cluster",
                Credentials = new ClientCredentials.Token(process.Name),
                Transport = new InMemoryTransport(cluster.Kubernetes.Server),
            },
            NodeName = machine.Node,
            Host = _hosts.HostUri(machine.Node).ToString(),
            HostTransport = new LivingOnly(process) { InnerHandler = new InMemoryTransport(_hosts.Server) },
            MetricsAddress = "0",
            DevicePluginNamespaces = ["kube-system"],
            DevicePluginFile = machine.PluginFile,
            JournalPath = machine.Journal,
            KubeletRoot = machine.KubeletRoot,
            DevicePluginsPath = Path.Combine(machine.KubeletRoot, "device-plugins"),
            BeforeEachWrite = point =>
            {
                if (cluster.MayWrite(process, point) is false)
                {
                    throw new ProcessKilledException(process.Name, point);
                }
            },
        };

    // A dead process reads and writes nothing of the kernel's.
    private sealed class LivingOnly(ProcessRun process) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            process.IsDead ? throw new HttpRequestException($"{process.Name} was killed") : base.SendAsync(request, cancellationToken);
    }
}
