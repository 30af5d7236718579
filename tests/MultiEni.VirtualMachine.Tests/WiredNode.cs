using System.Net;
using Amazon.EC2;
using Amazon.EC2.Model;
using Amazon.Runtime;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Simulator.Ec2;
using MultiEni.VirtualMachine.Wire;

namespace MultiEni.VirtualMachine.Tests;

/// <summary>
/// A node with the published ENI manager and two ENIs of simulated EC2 in one subnet. The network
/// between their cards carries what EC2 says that they have; attachments say the same.
/// </summary>
public sealed class WiredNode : IAsyncLifetime
{
    public const string Subnet = "10.20.1.0/24";

    // Of the subnet, and none that EC2 chooses by itself: those are kept for pods that name them.
    private const string Named = "10.20.1.224/27";
    private readonly Dictionary<int, string> _enis = [];
    private Ec2Simulator _ec2 = null!;
    private AmazonEC2Client _client = null!;

    public GuestNode Node { get; private set; } = null!;

    public VpcWire Wire => Node.Machine.Wire!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _ec2 = await Ec2Simulator.StartAsync(new Ec2SimulatorOptions { Throttling = Ec2Throttling.Off }, Stop);
        _client = new AmazonEC2Client(
            new BasicAWSCredentials("key", "secret"),
            new AmazonEC2Config { ServiceURL = _ec2.BaseAddress.ToString(), AuthenticationRegion = "us-east-1" }
        );
        var subnet = _ec2.World.AddSubnet(_ec2.World.AddVpc().Id, "us-east-1a", Subnet).Id;
        Node = await GuestNode.StartAsync("wired-node", MachineMode.NoIommu, Stop, wired: true);
        Wire.Enis = slot => _enis.TryGetValue(slot, out var id) ? WireEniOf(id) : null;
        var setup = await Node.RunManagerAsync("setup", Stop);
        Assert.True(setup.Status == 0, setup.Output);
        await Node.StartManagerAsync(Stop);
        await PlugAsync("blue", 5, subnet);
        await PlugAsync("green", 6, subnet);
    }

    public async ValueTask DisposeAsync()
    {
        if (Node is not null)
        {
            await Node.Machine.Shell.TryAsync("dmesg > /out/kernel.log", CancellationToken.None);
            await Node.DisposeAsync();
        }

        _client?.Dispose();
        if (_ec2 is not null)
        {
            await _ec2.DisposeAsync();
        }
    }

    public Task<string> RunAsync(string command) => Node.Machine.Shell.RunAsync(command, Stop);

    /// <summary>Calls a CNI plugin; see <c>tests/vm/guest/cni.sh</c>.</summary>
    public Task<GuestResult> CniAsync(string command, string pod, string device, string type = "ipvlan") =>
        Node.Machine.Shell.TryAsync($"/host/guest/cni.sh {command} {type} {pod} '{device}'", Stop);

    /// <summary>Calls a CNI plugin that has to succeed.</summary>
    public async Task<string> SucceedsAsync(string command, string pod, string device, string type = "ipvlan")
    {
        var result = await CniAsync(command, pod, device, type);
        Assert.True(result.Status == 0, $"{command} {pod}: {result.Output}\n{await Node.DescribeAsync(Stop)}");
        return result.Output;
    }

    /// <summary>Pings an address from a pod.</summary>
    /// <returns>Whether all of three answers came.</returns>
    public async Task<bool> PingAsync(string pod, string address) =>
        (await Node.Machine.Shell.TryAsync($"ip netns exec {pod} ping -c 3 -W 2 {address}", Stop)) is { Status: 0, Output: var output }
        && output.Contains(" 0% packet loss", StringComparison.Ordinal);

    /// <summary>The address of a pod's interface.</summary>
    public async Task<string> AddressAsync(string pod) =>
        (await RunAsync($"ip -n {pod} -o -4 address show dev net1 | sed 's/.* inet \\([^/]*\\).*/\\1/'")).Trim();

    /// <summary>Addresses that EC2 has on the ENI of an attachment, the primary first.</summary>
    public IReadOnlyList<string> Ec2Addresses(string name) => Ec2Eni(IdOf(name)).PrivateIps;

    /// <summary>What the controller does for an address that a pod asks for.</summary>
    public async Task MoveAsync(string address, string to)
    {
        await _client.AssignPrivateIpAddressesAsync(
            new AssignPrivateIpAddressesRequest
            {
                NetworkInterfaceId = IdOf(to),
                PrivateIpAddresses = [address],
                AllowReassignment = true,
            },
            Stop
        );
        foreach (var name in (string[])["blue", "green"])
        {
            Node.Cluster.ShowAddresses(name, Subnet, Ec2Addresses(name));
        }
    }

    private async Task PlugAsync(string name, int slot, string subnet)
    {
        var eni = (
            await _client.CreateNetworkInterfaceAsync(
                new CreateNetworkInterfaceRequest { SubnetId = subnet, SecondaryPrivateIpAddressCount = 2 },
                Stop
            )
        ).NetworkInterface;
        _enis[slot] = eni.NetworkInterfaceId;
        Node.Cluster.Attach(
            name,
            eni.MacAddress,
            new DeviceSpec { Use = DeviceUses.Plain },
            deviceIndex: slot,
            addresses: [.. Ec2Eni(eni.NetworkInterfaceId).PrivateIps]
        );
        Node.Cluster.ShowAddresses(name, Subnet, Ec2Eni(eni.NetworkInterfaceId).PrivateIps);
        Node.Cluster.AllowNames(name, Named);
        await Node.Machine.Monitor.PlugAsync(slot, eni.MacAddress, Stop);
        await Node.AwaitAsync(name, found => found.Status?.Conditions.IsTrue("Configured") == true, "configured", Stop);
    }

    private string IdOf(string name) => _enis[name == "blue" ? 5 : 6];

    private Simulator.Ec2.NetworkInterface Ec2Eni(string id) => _ec2.World.NetworkInterfaces.Single(eni => eni.Id == id);

    private WireEni WireEniOf(string id)
    {
        var eni = Ec2Eni(id);
        return new WireEni(eni.MacAddress, [.. eni.PrivateIps.Select(IPAddress.Parse)]);
    }
}
