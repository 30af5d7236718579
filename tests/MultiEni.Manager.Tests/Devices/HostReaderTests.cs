using MultiEni.Manager.Devices;
using MultiEni.Manager.Tests.Binding;

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
    public async Task A_device_whose_lock_is_held_does_not_stop_the_look_and_shows_the_driver_that_is_letting_it_go()
    {
        await using var bench = await BindingBench.StartAsync();
        await bench.Agent().Bind.BindAsync(await bench.RequestAsync(), Stop);
        var hold = bench.Node.HoldOpen(bench.Address);
        var removal = bench.Node.UnplugAsync(A.Mac.ToString(), Stop);
        var device = (await new HostReader(bench.Wire).ReadAsync(Stop)).DeviceAt(A.Address)!;
        Assert.True(device is { Driver: null, LeavingDriver: "vfio-pci", IommuGroup: not null });
        hold.Dispose();
        await removal;
        Assert.Null((await new HostReader(bench.Wire).ReadAsync(Stop)).DeviceAt(A.Address));
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
