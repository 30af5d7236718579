using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;

namespace MultiEni.VirtualMachine.Tests;

/// <summary>An ENI's way on a real kernel: plugged in, bound, used by a DPDK application, given back.</summary>
public abstract class LifeStories(NodeFixture node)
{
    private const string Resource = "intel.com/intel_sriov_netdevice_1";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_plain_ENI_is_found_by_its_hardware_address_and_brought_up_with_its_MTU()
    {
        const string mac = "52:54:00:00:05:01";
        await node.BeginAsync("plain");
        node.Node.Cluster.Attach("plain", mac, new DeviceSpec { Use = DeviceUses.Plain }, mtu: 9001);
        await node.Node.Machine.Monitor.PlugAsync(5, mac, Stop);

        var found = await node.Node.AwaitAsync("plain", enia => enia.Status?.Conditions.IsTrue("Configured") == true, "configured", Stop);

        var device = found.Status!.Device!;
        Assert.Equal(NodeFixture.Address(5), device.PciAddress);
        Assert.Equal("e1000e", device.Driver);
        var link = await node.Shell.RunAsync($"ip -o link show {device.InterfaceName}", Stop);
        Assert.Contains(mac, link, StringComparison.Ordinal);
        Assert.Contains("mtu 9001", link, StringComparison.Ordinal);
        Assert.Contains("UP", link, StringComparison.Ordinal);

        await node.ReleaseAsync("plain");
        Assert.Equal("e1000e", await node.DriverAsync(NodeFixture.Address(5)));
        await node.UnplugAsync(5);
    }

    [Fact]
    public Task An_ENI_is_bound_used_and_given_back_by_the_manager_itself() => LiveAsync("native", "52:54:00:00:06:01");

    [Fact]
    public async Task An_ENI_is_bound_used_and_given_back_with_dpdk_devbind()
    {
        await node.Node.StopManagerAsync(Stop);
        await node.SetUpAsync(new Dictionary<string, string> { ["DPDK_BINDING_SCRIPT"] = "/usr/bin/dpdk-devbind.py" });
        await LiveAsync("script", "52:54:00:00:06:02");
        await node.Node.StopManagerAsync(Stop);
        await node.SetUpAsync();
    }

    [Fact]
    public async Task The_kernel_edge_keeps_its_promises()
    {
        await node.BeginAsync("edge");
        var checks = await node.Shell.TryAsync($"/host/checks/GuestChecks {(node.HasIommu ? "iommu" : "noiommu")} 2>&1 | tee /out/checks.log", Stop);
        Assert.Matches("^[1-9][0-9]* passed, 0 failed$", checks.Text.Split('\n')[^1]);
    }

    private async Task LiveAsync(string story, string mac)
    {
        const int slot = 6;
        var address = NodeFixture.Address(slot);
        await node.BeginAsync(story);
        await node.Node.Machine.Monitor.PlugAsync(slot, mac, Stop);
        node.Node.Cluster.Attach(
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
        var bound = await node.BoundAsync(story);

        Assert.Equal("vfio-pci", await node.DriverAsync(address));
        var device = bound.Status!.Device!;
        Assert.Equal((address, "vfio-pci", Resource), (device.PciAddress, device.Driver, device.ResourceName));
        Assert.Equal(node.HasIommu ? "iommu" : "noiommu", device.Iommu);
        var file = await File.ReadAllTextAsync(node.Node.PluginFile, Stop);
        Assert.Contains($"\"{address}\"", file, StringComparison.Ordinal);
        Assert.Equal([address], node.Node.Plugin.Served![Resource]);
        Assert.Equal(
            !node.HasIommu,
            (await node.KernelLogAsync(story)).Contains($"{address}: Adding kernel taint for vfio-noiommu group", StringComparison.Ordinal)
        );

        var application = await TestPmd.StartAsync(node, address);
        node.Node.Cluster.Delete(story);
        var waiting = await node.Node.AwaitAsync(
            story,
            enia => enia.Status?.Conditions.Find("Released") is { Reason: "DeviceInUse" },
            "to say that it is in use",
            Stop
        );
        Assert.Contains("/dev/vfio/", waiting.Status!.Conditions.Find("Released")!.Message, StringComparison.Ordinal);
        Assert.Equal("vfio-pci", await node.DriverAsync(address));
        Assert.DoesNotContain(Resource, node.Node.Plugin.Served!.Keys);
        Assert.True(application.Runs);
        Assert.Equal(0, await application.StopAsync());

        await node.ReleasedAsync(story);
        Assert.Equal("e1000e", await node.DriverAsync(address));
        Assert.Equal("(null)", await node.Shell.RunAsync($"cat /sys/bus/pci/devices/{address}/driver_override", Stop));
        Assert.Contains(mac, await node.Shell.RunAsync("ip -o link", Stop), StringComparison.Ordinal);
        Assert.DoesNotContain(address, await File.ReadAllTextAsync(node.Node.Journal, Stop), StringComparison.Ordinal);
        Assert.DoesNotContain(address, await File.ReadAllTextAsync(node.Node.PluginFile, Stop), StringComparison.Ordinal);
        await node.UnplugAsync(slot);
    }
}
