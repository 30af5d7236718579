using System.Net;
using MultiEni.VirtualMachine.Wire;

namespace MultiEni.VirtualMachine.Tests;

/// <summary>
/// A machine with two ENIs in one subnet, <c>blue</c> and <c>green</c>, on a network that carries
/// what a VPC does. What EC2 has assigned is told by <see cref="Assigned"/>.
/// </summary>
public sealed class WiredMachine : IAsyncLifetime
{
    public const string Blue = "nodeeni-blue";
    public const string Green = "nodeeni-green";
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(40);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private static readonly (int Slot, string Link, string Mac)[] Cards = [(5, Blue, "02:00:00:00:05:05"), (6, Green, "02:00:00:00:06:06")];

    public Machine Machine { get; private set; } = null!;

    public VpcWire Wire => Machine.Wire!;

    /// <summary>Addresses that EC2 has assigned, by link.</summary>
    public Dictionary<string, IReadOnlyCollection<IPAddress>> Assigned { get; } =
        new(StringComparer.Ordinal)
        {
            [Blue] = [IPAddress.Parse("10.20.1.10"), IPAddress.Parse("10.20.1.20")],
            [Green] = [IPAddress.Parse("10.20.1.11"), IPAddress.Parse("10.20.1.30")],
        };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Machine = await Machine.StartAsync(MachineFolders.Find(), "wired-machine", MachineMode.NoIommu, Lifetime, Stop, wired: true);
        Wire.Enis = slot => Array.Find(Cards, card => card.Slot == slot) is { Link: { } link } card ? new WireEni(card.Mac, Assigned[link]) : null;
        foreach (var (slot, link, mac) in Cards)
        {
            await Machine.Monitor.PlugAsync(slot, mac, Stop);
            var name = await InterfaceAsync(mac);
            await RunAsync($"ip link property add dev {name} altname {link}; ip link set {name} up");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Machine is not null)
        {
            await Machine.Shell.TryAsync("dmesg > /out/kernel.log", CancellationToken.None);
            await Machine.DisposeAsync();
        }
    }

    public Task<string> RunAsync(string command) => Machine.Shell.RunAsync(command, Stop);

    public Task<GuestResult> TryAsync(string command) => Machine.Shell.TryAsync(command, Stop);

    /// <summary>Calls a CNI plugin; see <c>tests/vm/guest/cni.sh</c>.</summary>
    public Task<GuestResult> CniAsync(string command, string type, string pod, string device) =>
        TryAsync($"/host/guest/cni.sh {command} {type} {pod} '{device}'");

    /// <summary>Pings an address from a pod.</summary>
    /// <returns>Whether all of three answers came.</returns>
    public async Task<bool> PingAsync(string pod, string address) =>
        (await TryAsync($"ip netns exec {pod} ping -c 3 -W 2 {address}")) is { Status: 0, Output: var output }
        && output.Contains(" 0% packet loss", StringComparison.Ordinal);

    /// <summary>Starts the stand-in of the ENI manager with the addresses of each link.</summary>
    public async Task StartStubAsync(string addresses)
    {
        await RunAsync(
            $"[ ! -e /run/stub.pid ] || kill $(cat /run/stub.pid); mkdir -p /run/aws-multi-eni-controller; rm -f /run/aws-multi-eni-controller/ipam.sock; echo '{addresses}' >/run/addresses; "
                + "python3 /host/guest/stub-ipam.py /run/aws-multi-eni-controller/ipam.sock /run/addresses >/out/stub.log 2>&1 </dev/null & echo $! >/run/stub.pid; "
                + "until [ -S /run/aws-multi-eni-controller/ipam.sock ]; do sleep 0.05; done"
        );
    }

    private async Task<string> InterfaceAsync(string mac)
    {
        using var timer = new PeriodicTimer(Interval);
        while (true)
        {
            var name = await RunAsync($"ip -o link 2>/dev/null | grep -F {mac} | cut -d' ' -f2 | tr -d :");
            if (name.Length > 0)
            {
                return name;
            }

            await timer.WaitForNextTickAsync(Stop);
        }
    }
}
