using System.Collections.Concurrent;
using MultiEni.Operator.Client;
using MultiEni.Simulator.Ec2;
using MultiEni.Simulator.Kubernetes;
using MultiEni.Simulator.Nodes;
using MultiEni.Simulator.Nodes.Cluster;
using MultiEni.Simulator.Nodes.Kubelets;

namespace MultiEni.Simulator;

/// <summary>
/// A whole cluster on EC2 in one process: API server, EC2 endpoint, the kernels of its nodes, and
/// scheduler, kubelets and device plugins. Programs under test run outside of it and reach it over
/// loopback with the environment that this class gives them.
/// </summary>
public sealed class SimulatedCluster : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, SimulatedClusterNode> _nodes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, KubeletDeviceManager> _kubelets = new(StringComparer.Ordinal);
    private readonly SimulatedClusterOptions _options;
    private readonly HostBackplane _backplane;
    private readonly ClusterMachinery _machinery;
    private readonly KubernetesSimulator? _kubernetes;
    private readonly Administrator _administrator;
    private readonly string _stateFolder;
    private int _launched;
    private int _booted;

    private SimulatedCluster(
        SimulatedClusterOptions options,
        KubernetesSimulator? kubernetes,
        Ec2Simulator ec2,
        SimulatedHosts hosts,
        HostBackplane backplane,
        string stateFolder,
        string kubeconfig,
        ClusterMachinery machinery
    )
    {
        _options = options;
        _kubernetes = kubernetes;
        _backplane = backplane;
        _stateFolder = stateFolder;
        _machinery = machinery;
        Ec2 = ec2;
        Hosts = hosts;
        KubeconfigPath = kubeconfig;
        Network = SimulatedClusterNetwork.Create(ec2.World, options.Region, options.Zones);
        _administrator = new Administrator(KubernetesConfig.Load(kubeconfig, _ => null));
    }

    /// <summary>Whether the API server is not a simulated one.</summary>
    public bool IsGuest => _options.Guest is not null;

    /// <summary>The simulated API server.</summary>
    /// <exception cref="InvalidOperationException">
    /// The cluster has an API server that was there before, see
    /// <see cref="SimulatedClusterOptions.Kubeconfig"/>.
    /// </exception>
    public KubernetesSimulator Kubernetes =>
        _kubernetes
        ?? throw new InvalidOperationException($"The API server of this cluster is the one of {_options.Kubeconfig}, not a simulated one.");

    /// <summary>The EC2 endpoint.</summary>
    public Ec2Simulator Ec2 { get; }

    /// <summary>The kernels of all nodes.</summary>
    public SimulatedHosts Hosts { get; }

    /// <summary>Subnets and security groups.</summary>
    public SimulatedClusterNetwork Network { get; }

    /// <summary>A kubeconfig for this cluster, of an administrator.</summary>
    public string KubeconfigPath { get; }

    /// <summary>Nodes that were not terminated, by name.</summary>
    public IReadOnlyList<SimulatedClusterNode> Nodes => [.. _nodes.Values.OrderBy(node => node.Name, StringComparer.Ordinal)];

    /// <summary>
    /// A bug that stopped the cluster's own parts, or null. A test that waits in vain should look
    /// here.
    /// </summary>
    public Exception? Failure => _machinery.Failure;

    /// <summary>Starts a cluster; its nodes are there when the task completes.</summary>
    public static async Task<SimulatedCluster> StartAsync(SimulatedClusterOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        var started = new Stack<IAsyncDisposable>();
        try
        {
            var cluster = await StartPartsAsync(options, started, cancellationToken);
            started.Push(cluster);
            await cluster._administrator.EnsureNamespaceAsync(options.Guest ?? Api.Names.Namespace, cancellationToken);
            for (var i = 0; i < options.Nodes; i++)
            {
                await cluster.AddNodeAsync(cancellationToken);
            }

            return cluster;
        }
        catch
        {
            while (started.TryPop(out var part))
            {
                await part.DisposeAsync();
            }

            throw;
        }
    }

    private static async Task<SimulatedCluster> StartPartsAsync(
        SimulatedClusterOptions options,
        Stack<IAsyncDisposable> started,
        CancellationToken cancellationToken
    )
    {
        var hosts = await SimulatedHosts.StartAsync(cancellationToken);
        started.Push(hosts);
        var plane = new HostBackplane(hosts);
        var ec2 = await Ec2Simulator.StartAsync(
            options.Ec2 with
            {
                TimeProvider = options.TimeProvider,
                Seed = (ulong)options.Seed,
                Region = options.Region,
                Backplane = plane,
            },
            cancellationToken
        );
        started.Push(ec2);
        var folder = options.StateFolder ?? Directory.CreateTempSubdirectory("multi-eni-").FullName;
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, "kubeconfig");
        KubernetesSimulator? server = null;
        if (options.Kubeconfig is { } given)
        {
            KubeconfigCopy.Write(given, options.KubeconfigContext, path);
        }
        else
        {
            server = await KubernetesSimulator.StartAsync(
                new KubernetesSimulatorOptions
                {
                    TimeProvider = options.TimeProvider,
                    EnforcesAccess = options.EnforcesAccess,
                    WatchLag = options.WatchLag,
                },
                cancellationToken
            );
            started.Push(server);
            server.WriteKubeconfig(path);
        }

        var parts = await ClusterMachinery.StartAsync(
            new ClusterMachineryOptions
            {
                Api = KubernetesConfig.Load(path, _ => null),
                Timings = options.Timings,
                TimeProvider = options.TimeProvider,
                Impersonates = options.EnforcesAccess,
                Guest = options.Guest,
                DevicePlugin = options.DevicePlugin,
                DevicePluginReadsConfigMap = options.DevicePluginReadsConfigMap,
            },
            cancellationToken
        );
        started.Clear();
        return new SimulatedCluster(options, server, ec2, hosts, plane, folder, path, parts);
    }

    /// <summary>The kernel of a node.</summary>
    public SimulatedHost Host(string node) => Hosts[node];

    /// <summary>A node by its name.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public SimulatedClusterNode Node(string name) =>
        _nodes.TryGetValue(name, out var node) ? node : throw new KeyNotFoundException($"There is no node {name}.");

    /// <summary>The device plugin's file of a node, on disk.</summary>
    public string PcidpFile(string node) => Path.Combine(_stateFolder, node, "pcidp", "config.json");

    /// <summary>The kubelet's sockets of a node.</summary>
    public KubeletDeviceManager Kubelet(string node) => _kubelets[node];

    /// <summary>Where the agent of a node keeps its journal, on disk.</summary>
    public string JournalFolder(string node) => Path.Combine(_stateFolder, node, "journal");

    /// <summary>
    /// Where the embedded device plugin of a node writes what Multus reads, on disk.
    /// </summary>
    public string DeviceInfoFolder(string node) => Path.Combine(_stateFolder, node, "devinfo");

    /// <summary>Adds a node in the next zone: instance, kernel, Node object, kubelet.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<SimulatedClusterNode> AddNodeAsync(CancellationToken cancellationToken) =>
        AddNodeAsync(_launched++ % _options.Zones, name: null, _options.InstanceType, cancellationToken);

    /// <summary>Adds a node.</summary>
    /// <param name="zone">Number of its zone, from 0.</param>
    /// <param name="name">Its name; null derives it from its address as EC2 does.</param>
    /// <param name="instanceType">Its type.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<SimulatedClusterNode> AddNodeAsync(int zone, string? name, string instanceType, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var subnet = Network.NodeSubnets[zone];
        var instanceId = Ec2.World.RunInstance(
            instanceType,
            subnet.Id,
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["Name"] = name ?? "node",
                [$"kubernetes.io/cluster/{_options.Name}"] = "owned",
            },
            _options.LaunchInterfaces
        );
        var instance = Ec2.World.FindInstance(instanceId)!;
        var primary = Ec2.World.NetworkInterfacesOf(instanceId).Single(row => row.Attachment is { DeviceIndex: 0, NetworkCardIndex: 0 });
        if (_options.LaunchInterfaces is [var launched, ..])
        {
            Ec2.World.TryChange(primary.Id, row => row with { Tags = launched.Tags });
        }

        var address = instance.PrivateIpAddress;
        name ??= _options.Guest is { } guest ? $"{guest}-node-{_booted + 1}" : $"ip-{address.Replace('.', '-')}.{_options.Region}.compute.internal";
        var host = new SimulatedHost(
            name,
            instanceId,
            new PrimaryInterface(primary.MacAddress, address, PrefixLength(subnet), Gateway(subnet)),
            _options.Host,
            unchecked((_options.Seed * 100_003) + Interlocked.Increment(ref _booted)),
            _options.TimeProvider
        );
        var node = new SimulatedClusterNode(name, instanceId, subnet.AvailabilityZone, host);
        PrepareFolder(name);
        _backplane.Add(host);
        _nodes[name] = node;
        var kubelet = await KubeletDeviceManager.StartAsync(KubeletFolder(_booted), cancellationToken);
        _kubelets[name] = kubelet;
        host.ProcessesLost += (_, _) => _ = RestartAsync(kubelet, host);
        if (_options.EnforcesAccess)
        {
            await _administrator.AuthorizeNodeAsync(name, cancellationToken);
        }

        var registration = new NodeRegistration(
            instanceType,
            _options.Region,
            node.Zone,
            instance.Type.MaximumInterfaces,
            instance.Type.Ipv4PerInterface,
            _options.NodeLabels
        );
        await _machinery.AddNodeAsync(host, registration, PcidpFile(name), kubelet, cancellationToken);
        return node;
    }

    /// <summary>
    /// Terminates a node's instance. Its kernel is gone when EC2 says so; its Node is deleted after
    /// <see cref="ClusterTimings.NodeRemoval"/>, as the cloud node controller does.
    /// </summary>
    public Task TerminateNodeAsync(string name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!_nodes.TryRemove(name, out var node))
        {
            throw new KeyNotFoundException($"There is no node {name}.");
        }

        Ec2.World.Terminate(node.InstanceId);
        _machinery.RemoveNodeLater(_options.Timings.NodeRemoval, name, node.InstanceId);
        return Task.CompletedTask;
    }

    /// <summary>Reboots a node's machine; ends when it is up again.</summary>
    public Task RebootNodeAsync(string name, CancellationToken cancellationToken) => Host(name).RebootAsync(cancellationToken);

    /// <summary>
    /// Terminates a node and adds another machine with the same name in the same zone, as fixed
    /// host names do.
    /// </summary>
    public async Task<SimulatedClusterNode> ReplaceNodeAsync(string name, CancellationToken cancellationToken)
    {
        var old = Node(name);
        _nodes.TryRemove(name, out _);
        Ec2.World.Terminate(old.InstanceId);
        Hosts.Remove(old.InstanceId);
        await _machinery.RemoveNodeAsync(name, old.InstanceId);
        return await AddNodeAsync(Network.Zones.ToList().IndexOf(old.Zone), name, _options.InstanceType, cancellationToken);
    }

    /// <summary>What the device plugin of a node logged at its last start.</summary>
    public Task<IReadOnlyList<string>> DevicePluginLogAsync(string node, CancellationToken cancellationToken) =>
        _machinery.PluginLogAsync(node, cancellationToken);

    /// <summary>Environment with which a controller acts on this cluster and no other.</summary>
    public IReadOnlyDictionary<string, string> ControllerEnvironment() =>
        With(
            "POD_NAMESPACE",
            new(StringComparer.Ordinal)
            {
                ["AWS_ENDPOINT_URL_EC2"] = Ec2.BaseAddress.ToString(),
                ["AWS_REGION"] = _options.Region,
                ["AWS_ACCESS_KEY_ID"] = "AKIASIMULATED",
                ["AWS_SECRET_ACCESS_KEY"] = "simulated",
                ["AWS_EC2_METADATA_DISABLED"] = "true",
                ["KUBECONFIG"] = AccountKubeconfig(Api.Names.Controller, node: null),
            }
        );

    /// <summary>
    /// Environment with which an ENI manager acts on one node of this cluster and nothing else.
    /// </summary>
    public IReadOnlyDictionary<string, string> ManagerEnvironment(string node) =>
        With(
            "DEVICE_PLUGIN_NAMESPACES",
            new(StringComparer.Ordinal)
            {
                ["NODE_NAME"] = node,
                ["ENI_MANAGER_HOST"] = Hosts.HostUri(node).ToString(),
                ["SRIOV_DP_CONFIG_PATH"] = PcidpFile(node),
                ["INTERFACE_MAPPING_STORE_PATH"] = Path.Combine(JournalFolder(node), "interface-mappings.json"),
                ["KUBELET_ROOT"] = Kubelet(node).Root,
                ["CDI_ROOT"] = Kubelet(node).CdiFolder,
                ["DEVICE_PLUGINS_PATH"] = Kubelet(node).PluginFolder,
                ["DEVICE_INFO_PATH"] = DeviceInfoFolder(node),
                ["KUBECONFIG"] = AccountKubeconfig(Api.Names.Manager, node),
            }
        );

    /// <summary>
    /// Everything that is not as it was before the product ran, in words; empty when it cleaned up.
    /// </summary>
    public Task<IReadOnlyList<string>> LeftoversAsync(CancellationToken cancellationToken) =>
        Leftovers.FindAsync(this, _administrator, _options.InitialPluginFile, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _machinery.DisposeAsync();
        foreach (var kubelet in _kubelets.Values)
        {
            await kubelet.DisposeAsync();
        }

        await Hosts.DisposeAsync();
        await Ec2.DisposeAsync();
        _administrator.Dispose();
        if (_kubernetes is not null)
        {
            await _kubernetes.DisposeAsync();
        }

        if (_options.StateFolder is null)
        {
            Directory.Delete(_stateFolder, recursive: true);
        }
    }

    // A guest keeps to its own namespace.
    private Dictionary<string, string> With(string namespaceVariable, Dictionary<string, string> environment)
    {
        if (_options.Guest is { } guest)
        {
            environment[namespaceVariable] = guest;
        }

        return environment;
    }

    // What a pod finds mounted: the way to the API server, as its service account and on its node.
    private string AccountKubeconfig(string account, string? node) =>
        _options.EnforcesAccess
            ? KubeconfigCopy.WriteFor(
                KubeconfigPath,
                Path.Combine(_stateFolder, node ?? ".", $"{account}.kubeconfig"),
                Api.Names.Namespace,
                account,
                node
            )
            : KubeconfigPath;

    // Short, because the path of a socket may have no more than 107 bytes.
    private string KubeletFolder(int number) => Path.Combine(_stateFolder, $"k{number}");

    // With the node, its kubelet goes down and comes up.
    private static async Task RestartAsync(KubeletDeviceManager kubelet, SimulatedHost host)
    {
        await kubelet.StopAsync();
        if (host.Up)
        {
            await kubelet.StartAsync(CancellationToken.None);
        }
    }

    // A new machine has a new disk.
    private void PrepareFolder(string name)
    {
        var folder = Path.Combine(_stateFolder, name);
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        Directory.CreateDirectory(Path.GetDirectoryName(PcidpFile(name))!);
        Directory.CreateDirectory(JournalFolder(name));
        if (_options.InitialPluginFile is { } text)
        {
            File.WriteAllText(PcidpFile(name), text);
        }
    }

    private static int PrefixLength(Subnet subnet) => int.Parse(subnet.Cidr[(subnet.Cidr.IndexOf('/', StringComparison.Ordinal) + 1)..]);

    // The router of a VPC subnet has the first address after the network's.
    private static string Gateway(Subnet subnet) => subnet.Cidr[..subnet.Cidr.LastIndexOf('.')] + ".1";
}
