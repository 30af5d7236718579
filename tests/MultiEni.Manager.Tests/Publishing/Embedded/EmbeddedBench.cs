using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;
using MultiEni.Manager.Host.Simulated;
using MultiEni.Manager.Kubelet;
using MultiEni.Manager.Kubelet.DevicePlugins;
using MultiEni.Manager.Publishing;
using MultiEni.Manager.Publishing.Embedded;
using MultiEni.Simulator.Nodes;
using MultiEni.Simulator.Nodes.Kubelets;

namespace MultiEni.Manager.Tests.Publishing.Embedded;

/// <summary>
/// The embedded device plugin on a simulated node, before a stand-in kubelet whose gRPC is not
/// ours.
/// </summary>
internal sealed class EmbeddedBench : IAsyncDisposable
{
    private readonly SimulatedHosts _hosts;
    private readonly PluginRegistry _registry;
    private readonly CancellationTokenSource _ended = new();
    private Task _running = Task.CompletedTask;

    private EmbeddedBench(SimulatedHosts hosts, SimulatedHost node, TemporaryFolder folder)
    {
        _hosts = hosts;
        Node = node;
        Folder = folder;
        Host = SimulatedHostClient.Open(hosts.HostUri(node.Name));
        _registry = new PluginRegistry(
            new KubeletPaths(KubeletRoot, Path.Combine(KubeletRoot, "device-plugins")),
            () => { },
            NullLoggerFactory.Instance,
            TimeProvider.System,
            NullLogger.Instance
        );
        Publisher = new EmbeddedDevicePublisher(
            _registry,
            new DeviceChecker(Host),
            new DeviceInfoFiles(InfoFolder, NullLogger.Instance),
            new NetworkFiles(NetworkFolder, Networks, NullLogger.Instance),
            Handouts,
            Clock,
            NullLogger.Instance
        );
    }

    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    public SimulatedHost Node { get; }

    public NodeHost Host { get; }

    public TemporaryFolder Folder { get; }

    public string KubeletRoot => Folder.File("kubelet");

    public string NetworkFolder => Folder.File("networks");

    public EniNetworks Networks { get; } = new();

    public string InfoFolder => Folder.File("devinfo");

    /// <summary>The publisher's clock; the kubelet's and the sockets' is the system's.</summary>
    public FakeTimeProvider Clock { get; } = new();

    public RecentAllocations Handouts { get; } = new(TimeProvider.System);

    public EmbeddedDevicePublisher Publisher { get; }

    public KubeletDeviceManager Kubelet { get; private set; } = null!;

    public static async Task<EmbeddedBench> StartAsync(SimulatedHostOptions? options = null, bool withKubelet = true)
    {
        var servers = await SimulatedHosts.StartAsync(Stop);
        var node = new SimulatedHost(
            "node-1",
            "i-1",
            new MultiEni.Simulator.Nodes.PrimaryInterface("02:00:00:00:00:05", "10.0.0.5", 24, "10.0.0.1"),
            options ?? new SimulatedHostOptions { NoIommuEnabled = true },
            1,
            TimeProvider.System
        );
        servers.Add(node);
        var bench = new EmbeddedBench(servers, node, new TemporaryFolder());
        if (withKubelet)
        {
            await bench.StartKubeletAsync();
        }

        bench._running = bench._registry.RunAsync(bench._ended.Token);
        return bench;
    }

    public async Task StartKubeletAsync() => Kubelet = await KubeletDeviceManager.StartAsync(KubeletRoot, Stop);

    /// <summary>
    /// Plugs an ENI, hands it to a driver as the agent does, and gives what would be offered.
    /// </summary>
    public async Task<OfferedDevice> PlugAsync(int number, string resource = "intel.com/dpdk_1", string driver = "vfio-pci")
    {
        var address = Node.Plug($"02:00:00:00:01:{number:x2}", [$"10.0.1.{number}"]);
        await Eventually.Holds(() => Node.Device(address)?.InterfaceName is not null, "the interface");
        if (driver != "ena")
        {
            await WriteAsync("/sys/bus/pci/drivers/ena/unbind", address);
            await WriteAsync($"/sys/bus/pci/devices/{address}/driver_override", driver);
            await WriteAsync($"/sys/bus/pci/drivers/{driver}/bind", address);
        }

        return A.Offer(resource, address, driver);
    }

    /// <summary>Offers a device and waits until the kubelet has it.</summary>
    public async Task OfferAsync(OfferedDevice device)
    {
        await Publisher.OfferAsync(device, Stop);
        await Until(
            () => Kubelet.Devices(device.Resource.ToString()).Any(known => known.Id == device.Address.ToString()),
            "the device at the kubelet"
        );
    }

    public Task<KubeletAllocation> AllocateAsync(params OfferedDevice[] devices) =>
        Kubelet.AllocateAsync(devices[0].Resource.ToString(), [.. devices.Select(device => device.Address.ToString())], Stop);

    public OfferState StateOf(OfferedDevice device, int counted) =>
        Publisher.StateOf(device.Address, new Dictionary<string, string>(StringComparer.Ordinal) { [device.Resource.ToString()] = $"{counted}" });

    public async Task WriteAsync(string path, string text) => Assert.Equal(0, await Node.WriteAsync(path, text, Stop));

    public static Task Until(Func<bool> condition, string what) => Eventually.Holds(condition, what);

    /// <summary>The agent is asked to stop, and does.</summary>
    public async Task EndAgentAsync()
    {
        await _ended.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _registry.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await EndAgentAsync();
        if (Kubelet is not null)
        {
            await Kubelet.DisposeAsync();
        }

        Publisher.Dispose();
        await _hosts.DisposeAsync();
        Folder.Dispose();
        _ended.Dispose();
    }
}
