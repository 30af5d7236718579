using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;
using MultiEni.Manager.Tests.Binding;
using MultiEni.Simulator.Nodes;

namespace MultiEni.Manager.Tests.Devices;

public sealed class HostReaderTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_host_shows_its_network_functions_with_their_interfaces_and_no_other_device()
    {
        await using var bench = await BindingBench.StartAsync();
        var seen = await new HostReader(bench.Wire).ReadAsync(Stop);
        Assert.Equal(bench.Node.BootId, seen.BootId);
        Assert.Equal(["0000:00:05.0", "0000:00:06.0"], seen.Devices.Select(device => device.Address.ToString()));
        var device = seen.DeviceAt(A.Address)!;
        Assert.Equal((A.Ena, "ena", "ens6"), (device.Ids, device.Driver, device.InterfaceName));
        Assert.Equal(A.Mac, seen.MacOf(device));
    }

    [Fact]
    public async Task A_bound_device_shows_its_group_and_no_interface()
    {
        await using var bench = await BindingBench.StartAsync();
        await bench.Agent().Bind.BindAsync(await bench.RequestAsync(), Stop);
        var device = (await new HostReader(bench.Wire).ReadAsync(Stop)).DeviceAt(A.Address)!;
        Assert.True(device is { Driver: "vfio-pci", NoIommu: true, InterfaceName: null, IommuGroup: not null });
    }

    [Fact]
    public async Task A_device_whose_lock_is_held_does_not_stop_the_look_and_shows_that_it_is_being_let_go()
    {
        await using var bench = await BindingBench.StartAsync();
        await bench.Agent().Bind.BindAsync(await bench.RequestAsync(), Stop);
        var hold = bench.Node.HoldOpen(bench.Address);
        var removal = bench.Node.UnplugAsync(A.Mac.ToString(), Stop);
        var device = (await new HostReader(bench.Wire).ReadAsync(Stop)).DeviceAt(A.Address)!;
        Assert.True(device is { Driver: null, IsLeavingVfio: true, IommuGroup: not null });
        hold.Dispose();
        await removal;
        Assert.Null((await new HostReader(bench.Wire).ReadAsync(Stop)).DeviceAt(A.Address));
    }

    [Fact]
    public async Task A_device_without_a_driver_is_not_being_let_go_when_the_node_of_its_group_is_another_devices()
    {
        await using var bench = await BindingBench.StartAsync(new SimulatedHostOptions { Iommu = IommuKind.SharedGroup });
        var other = bench.Node.Plug(A.OtherMac.ToString(), []);
        foreach (var address in (string[])[bench.Address, other])
        {
            await bench.Wire.Files.WriteAsync(SysfsPaths.Driver("ena", "unbind"), address, Stop);
        }

        await bench.Wire.Files.WriteAsync(SysfsPaths.Device(PciAddress.Parse(other), "driver_override"), "vfio-pci", Stop);
        await bench.Wire.Files.WriteAsync(SysfsPaths.Driver("vfio-pci", "bind"), other, Stop);
        var seen = await new HostReader(bench.Wire).ReadAsync(Stop);
        Assert.Equal("vfio-pci", seen.DeviceAt(PciAddress.Parse(other))!.Driver);
        Assert.True(seen.DeviceAt(A.Address) is { Driver: null, IommuGroup: not null, IsLeavingVfio: false });
    }

    [Fact]
    public async Task A_device_in_a_pods_namespace_shows_its_driver_and_no_interface()
    {
        await using var bench = await BindingBench.StartAsync();
        bench.Node.MoveToPodNamespace(bench.Address);
        var device = (await new HostReader(bench.Wire).ReadAsync(Stop)).DeviceAt(A.Address)!;
        Assert.True(device is { Driver: "ena", InterfaceName: null });
    }
}
