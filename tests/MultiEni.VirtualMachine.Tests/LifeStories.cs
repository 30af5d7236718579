using System.Globalization;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;

namespace MultiEni.VirtualMachine.Tests;

/// <summary>
/// An ENI's way on a real kernel: plugged in, bound, used by a DPDK application, given back.
/// </summary>
public abstract class LifeStories(NodeFixture node) : ClaimStories(node)
{
    private const string Resource = "intel.com/intel_sriov_netdevice_1";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_plain_ENI_is_found_by_its_hardware_address_and_brought_up_with_its_MTU()
    {
        const string mac = "52:54:00:00:05:01";
        await Guest.BeginAsync("plain");
        Guest.Node.Cluster.Attach("plain", mac, new DeviceSpec { Use = DeviceUses.Plain }, mtu: 9001);
        await Guest.Node.Machine.Monitor.PlugAsync(5, mac, Stop);

        var found = await Guest.Node.AwaitAsync("plain", enia => enia.Status?.Conditions.IsTrue("Configured") == true, "configured", Stop);

        var device = found.Status!.Device!;
        Assert.Equal(NodeFixture.Address(5), device.PciAddress);
        Assert.Equal("e1000e", device.Driver);
        var link = await Guest.Shell.RunAsync($"ip -o link show {device.InterfaceName}", Stop);
        Assert.Contains(mac, link, StringComparison.Ordinal);
        Assert.Contains("mtu 9001", link, StringComparison.Ordinal);
        Assert.Contains("UP", link, StringComparison.Ordinal);

        await Guest.ReleaseAsync("plain");
        Assert.Equal("e1000e", await Guest.DriverAsync(NodeFixture.Address(5)));
        await Guest.UnplugAsync(5);
    }

    [Fact]
    public async Task A_plain_ENI_carries_a_host_network_client_through_its_own_table_and_leaves_no_trace_of_it()
    {
        const string mac = "52:54:00:00:05:03";
        const string stack = "ip -4 rule; ip -6 rule; ip -4 route show table all; ip -4 -o address";
        await Guest.BeginAsync("hosted");
        Guest.Node.Cluster.Attach("hosted", mac, new DeviceSpec { Use = DeviceUses.Plain }, deviceIndex: 4, addresses: "10.99.0.6");
        await Guest.Node.Machine.Monitor.PlugAsync(5, mac, Stop);
        var found = await Guest.Node.AwaitAsync("hosted", enia => enia.Status?.Conditions.IsTrue("Configured") == true, "configured", Stop);
        var names = await Guest.Shell.RunAsync($"ip link show {found.Status!.Device!.InterfaceName}", Stop);
        Assert.Contains("altname eni-hosted", names, StringComparison.Ordinal);
        Assert.Contains("altname nodeeni-vm", names, StringComparison.Ordinal);

        // All cards are on one hub; the other one is the subnet's router, and something behind it.
        await Guest.Node.Machine.Monitor.PlugAsync(6, "52:54:00:00:06:09", Stop);
        await Guest.Node.AwaitAsync(
            async () =>
                (
                    await Guest.Shell.TryAsync(
                        "ip netns add router; ip link set $(ls /sys/bus/pci/devices/" + NodeFixture.Address(6) + "/net) netns router",
                        Stop
                    )
                ).Status == 0,
            "the router's card",
            Stop
        );
        await Guest.Shell.RunAsync(
            "for i in $(ip netns exec router ls /sys/class/net); do ip -n router link set $i up; done; ip -n router address add 192.0.2.1/32 dev lo; "
                + "ip -n router address add 10.99.0.1/24 dev $(ip -n router -o link | grep 52:54:00:00:06:09 | cut -d: -f2)",
            Stop
        );
        var before = await Guest.Shell.RunAsync(stack, Stop);
        Guest.Node.Cluster.ManageAddresses("hosted", "10.99.0.0/24");
        await Guest.Node.AwaitAsync(
            async () => (await Guest.Shell.RunAsync("ip rule", Stop)).Contains("from 10.99.0.6 lookup 21004", StringComparison.Ordinal),
            "the rule",
            Stop
        );
        await Guest.Shell.RunAsync("busybox ping -c 3 -W 5 -I 10.99.0.6 192.0.2.1", Stop);

        await Guest.ReleaseAsync("hosted");
        Assert.Equal(before, await Guest.Shell.RunAsync(stack, Stop));
        Assert.DoesNotContain(
            "altname",
            await Guest.Shell.RunAsync($"ip link show {found.Status.Device.InterfaceName}", Stop),
            StringComparison.Ordinal
        );
        await Guest.Shell.RunAsync("ip netns delete router", Stop);
        await Guest.UnplugAsync(5);
        await Guest.UnplugAsync(6);
    }

    [Fact]
    public Task An_ENI_is_bound_used_and_given_back_by_the_manager_itself() => LiveAsync("native", "52:54:00:00:06:01");

    [Fact]
    public async Task An_ENI_is_bound_used_and_given_back_with_dpdk_devbind()
    {
        await Guest.Node.StopManagerAsync(Stop);
        await Guest.SetUpAsync(new Dictionary<string, string> { ["DPDK_BINDING_SCRIPT"] = "/usr/bin/dpdk-devbind.py" });
        await LiveAsync("script", "52:54:00:00:06:02");
        await Guest.Node.StopManagerAsync(Stop);
        await Guest.SetUpAsync();
    }

    [Fact]
    public async Task The_numbers_of_an_ENI_are_those_of_the_kernel_and_those_of_the_DPDK_program_that_has_it()
    {
        const string plain = "52:54:00:00:05:04";
        const string bound = "52:54:00:00:06:04";
        await Guest.BeginAsync("counted");
        Guest.Node.Cluster.Attach("counted", plain, new DeviceSpec { Use = DeviceUses.Plain }, deviceIndex: 1);
        await Guest.Node.Machine.Monitor.PlugAsync(5, plain, Stop);
        await Guest.Node.AwaitAsync("counted", enia => enia.Status?.Conditions.IsTrue("Configured") == true, "configured", Stop);
        Guest.Node.Cluster.Attach(
            "told",
            bound,
            new DeviceSpec
            {
                Use = DeviceUses.Bound,
                Driver = "vfio-pci",
                ResourceName = Resource,
            },
            deviceIndex: 2
        );
        await Guest.Node.Machine.Monitor.PlugAsync(6, bound, Stop);
        await Guest.BoundAsync("told");

        var application = await TestPmd.StartAsync(Guest, NodeFixture.Address(6), telemetry: true);
        await application.SendsAsync(Guest);
        var metrics = "";
        await Guest.Node.AwaitAsync(
            async () => (metrics = await MetricsAsync()).Contains("source=\"dpdk\"", StringComparison.Ordinal),
            "the program to tell what it counts",
            Stop
        );
        Assert.InRange(Value(metrics, "aws_multi_eni_traffic_packets_total", "eni-told", "transmit"), 1, double.MaxValue);
        Assert.InRange(Value(metrics, "aws_multi_eni_traffic_bytes_total", "eni-told", "transmit"), 60, double.MaxValue);
        // e1000e has other counters than ENA, so only what the kernel counts of every interface is shown.
        Assert.Equal(1, Value(metrics, "aws_multi_eni_counter_source", "eni-counted", "kernel"));
        Assert.Equal(1, Value(metrics, "aws_multi_eni_link_up", "eni-counted", ""));
        Assert.InRange(Value(metrics, "aws_multi_eni_traffic_packets_total", "eni-counted", "receive"), 0, double.MaxValue);
        Assert.DoesNotContain("aws_multi_eni_allowance_exceeded_total{", metrics, StringComparison.Ordinal);

        Assert.Equal(0, await application.StopAsync());
        await Guest.Node.AwaitAsync(
            async () => !(await MetricsAsync()).Contains("source=\"dpdk\"", StringComparison.Ordinal),
            "the numbers to end with the program",
            Stop
        );
        foreach (var (name, slot) in ((string, int)[])[("counted", 5), ("told", 6)])
        {
            await Guest.ReleaseAsync(name);
            await Guest.UnplugAsync(slot);
        }

        Task<string> MetricsAsync() => Guest.Shell.RunAsync("busybox wget -qO- http://127.0.0.1:8081/metrics | grep ^aws_multi_eni_", Stop);
    }

    [Fact]
    public async Task The_kernel_edge_keeps_its_promises()
    {
        await Guest.BeginAsync("edge");
        var checks = await Guest.Shell.TryAsync(
            $"/host/checks/GuestChecks {(Guest.HasIommu ? "iommu" : "noiommu")} 2>&1 | tee /out/checks.log",
            Stop
        );
        Assert.Matches("^[1-9][0-9]* passed, 0 failed$", checks.Text.Split('\n')[^1]);
    }

    private static double Value(string metrics, string name, string eni, string label) =>
        double.Parse(
            Assert
                .Single(
                    metrics.Split('\n'),
                    line =>
                        line.StartsWith($"{name}{{", StringComparison.Ordinal)
                        && line.Contains($"eni=\"{eni}\"", StringComparison.Ordinal)
                        && (label.Length == 0 || line.Contains($"=\"{label}\"", StringComparison.Ordinal))
                )
                .Split(' ')[^1],
            CultureInfo.InvariantCulture
        );

    private async Task LiveAsync(string story, string mac)
    {
        const int slot = 6;
        var address = NodeFixture.Address(slot);
        await Guest.BeginAsync(story);
        await Guest.Node.Machine.Monitor.PlugAsync(slot, mac, Stop);
        Guest.Node.Cluster.Attach(
            story,
            mac,
            new DeviceSpec
            {
                Use = DeviceUses.Bound,
                Driver = "vfio-pci",
                ResourceName = Resource,
            },
            mtu: 9001
        );
        var bound = await Guest.BoundAsync(story);

        Assert.Equal("vfio-pci", await Guest.DriverAsync(address));
        var device = bound.Status!.Device!;
        Assert.Equal((address, "vfio-pci", Resource), (device.PciAddress, device.Driver, device.ResourceName));
        Assert.Equal(Guest.HasIommu ? "iommu" : "noiommu", device.Iommu);
        var file = await File.ReadAllTextAsync(Guest.Node.PluginFile, Stop);
        Assert.Contains($"\"{address}\"", file, StringComparison.Ordinal);
        Assert.Equal([address], Guest.Node.Plugin.Served![Resource]);
        Assert.Equal(
            !Guest.HasIommu,
            (await Guest.KernelLogAsync(story)).Contains($"{address}: Adding kernel taint for vfio-noiommu group", StringComparison.Ordinal)
        );

        var application = await TestPmd.StartAsync(Guest, address);
        Guest.Node.Cluster.Delete(story);
        var waiting = await Guest.Node.AwaitAsync(
            story,
            enia => enia.Status?.Conditions.Find("Released") is { Reason: "DeviceInUse" },
            "to say that it is in use",
            Stop
        );
        Assert.Contains("/dev/vfio/", waiting.Status!.Conditions.Find("Released")!.Message, StringComparison.Ordinal);
        Assert.Equal("vfio-pci", await Guest.DriverAsync(address));
        Assert.DoesNotContain(Resource, Guest.Node.Plugin.Served!.Keys);
        Assert.True(application.Runs);
        Assert.Equal(0, await application.StopAsync());

        await Guest.ReleasedAsync(story);
        Assert.Equal("e1000e", await Guest.DriverAsync(address));
        Assert.Equal("(null)", await Guest.Shell.RunAsync($"cat /sys/bus/pci/devices/{address}/driver_override", Stop));
        Assert.Contains(mac, await Guest.Shell.RunAsync("ip -o link", Stop), StringComparison.Ordinal);
        Assert.DoesNotContain(address, await File.ReadAllTextAsync(Guest.Node.Journal, Stop), StringComparison.Ordinal);
        Assert.DoesNotContain(address, await File.ReadAllTextAsync(Guest.Node.PluginFile, Stop), StringComparison.Ordinal);
        await Guest.UnplugAsync(slot);
    }
}
