using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;

namespace MultiEni.VirtualMachine.Tests;

/// <summary>
/// An ENI's way on a real kernel: plugged in, bound, used by a DPDK application, given back.
/// </summary>
public abstract class LifeStories(NodeFixture node) : KillStories(node)
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
    public async Task The_kernel_edge_keeps_its_promises()
    {
        await Guest.BeginAsync("edge");
        var checks = await Guest.Shell.TryAsync(
            $"/host/checks/GuestChecks {(Guest.HasIommu ? "iommu" : "noiommu")} 2>&1 | tee /out/checks.log",
            Stop
        );
        Assert.Matches("^[1-9][0-9]* passed, 0 failed$", checks.Text.Split('\n')[^1]);
    }

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
