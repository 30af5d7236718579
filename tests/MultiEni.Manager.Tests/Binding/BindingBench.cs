using MultiEni.Manager.Binding;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;
using MultiEni.Manager.Host.Simulated;
using MultiEni.Simulator.Nodes;

namespace MultiEni.Manager.Tests.Binding;

/// <summary>The binding parts of an agent on a simulated node, over the wire.</summary>
internal sealed class BindingBench : IAsyncDisposable
{
    private readonly SimulatedHosts _hosts;

    private BindingBench(SimulatedHosts hosts, SimulatedHost node)
    {
        _hosts = hosts;
        Node = node;
        Wire = SimulatedHostClient.Open(hosts.HostUri(node.Name));
    }

    public SimulatedHost Node { get; }

    public NodeHost Wire { get; }

    public int Port => _hosts.Address.Port;

    public TemporaryFolder Folder { get; } = new();

    public string JournalPath => Folder.File("journal.json");

    public NoIommuMode NoIommu { get; init; } = NoIommuMode.Auto;

    public string SetupProblem { get; set; } = "";

    /// <summary>The ENI under test at 0000:00:06.0.</summary>
    public static async Task<BindingBench> StartAsync(SimulatedHostOptions? options = null, NoIommuMode mode = NoIommuMode.Auto)
    {
        var servers = await SimulatedHosts.StartAsync(TestContext.Current.CancellationToken);
        var node = new SimulatedHost(
            "node-1",
            "i-1",
            new MultiEni.Simulator.Nodes.PrimaryInterface("02:00:00:00:00:05", "10.0.0.5", 24, "10.0.0.1"),
            options ?? new SimulatedHostOptions(),
            1,
            TimeProvider.System
        );
        servers.Add(node);
        node.Plug(A.Mac.ToString(), ["10.0.1.6"]);
        var bench = new BindingBench(servers, node) { NoIommu = mode };
        await Eventually.Holds(() => node.DeviceByMac(A.Mac.ToString())?.InterfaceName is not null, "the interface");
        return bench;
    }

    public string Address => Node.DeviceByMac(A.Mac.ToString())!.Address;

    public string? Driver => Node.DeviceByMac(A.Mac.ToString())!.Driver;

    /// <summary>What a freshly started agent has: everything that is not on disk is gone.</summary>
    public BindingParts Agent(Action<string>? before = null, string? script = null, TimeSpan? limit = null, ILinks? links = null) =>
        new(this, before, script, limit ?? TimeSpan.FromSeconds(30), links);

    /// <summary>The link of the ENI under test.</summary>
    public SimulatedLink Link => Node.Network().Links.Single(link => link.MacAddress == A.Mac.ToString());

    public async Task<BindRequest> RequestAsync(string driver = "vfio-pci") =>
        new()
        {
            Address = PciAddress.Parse(Address),
            Ids = A.Ena,
            Driver = driver,
            EniId = "eni-a",
            Mac = A.Mac.ToString(),
            Attachment = "a",
            BootId = (await Wire.Files.ReadTextAsync(SysfsPaths.BootId, TestContext.Current.CancellationToken))!,
        };

    public async ValueTask DisposeAsync()
    {
        await _hosts.DisposeAsync();
        Folder.Dispose();
    }
}
