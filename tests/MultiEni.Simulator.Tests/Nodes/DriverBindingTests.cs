using MultiEni.Simulator.Nodes;
using static MultiEni.Simulator.Tests.Nodes.TestNode;

namespace MultiEni.Simulator.Tests.Nodes;

public sealed class DriverBindingTests
{
    [Fact]
    public async Task The_documented_sequence_binds_a_device_in_no_IOMMU_mode()
    {
        await using var node = await StartAsync();
        await node.BindToVfioAsync();

        Assert.Equal("../../../../bus/pci/drivers/vfio-pci", await node.LinkAsync(DeviceFile(Second, "driver")));
        Assert.Equal("../../../../kernel/iommu_groups/0", await node.LinkAsync(DeviceFile(Second, "iommu_group")));
        Assert.Equal("vfio-noiommu", await node.TextAsync("/sys/kernel/iommu_groups/0/name"));
        Assert.Equal("vfio-noiommu", await node.TextAsync(DeviceFile(Second, "iommu_group/name")));
        Assert.Equal([Second], await node.ListAsync("/sys/kernel/iommu_groups/0/devices"));
        Assert.True(await node.ExistsAsync("/dev/vfio/noiommu-0"));
        Assert.False(await node.ExistsAsync("/dev/vfio/0"));
        Assert.Empty(await node.ListAsync(DeviceFile(Second, "net")));
        Assert.False(await node.ExistsAsync("/sys/class/net/ens6"));
        Assert.True(node.Host.Tainted);
        Assert.Equal("64", await node.TextAsync("/proc/sys/kernel/tainted"));
    }

    [Fact]
    public async Task The_documented_sequence_gives_it_back_with_its_MAC_a_fresh_MTU_and_the_link_down()
    {
        await using var node = await StartAsync();
        var before = node.Host.Network().Links.Single(link => link.Name == "ens6");
        Assert.Equal(0, await node.ChangeLinkAsync(before.Index, """{"mtu":9001}"""));
        await node.BindToVfioAsync();

        Assert.Equal(0, await node.WriteAsync(VfioUnbind, Second));
        Assert.Equal(0, await node.WriteAsync(DeviceFile(Second, "driver_override"), "\n"));
        Assert.Equal(0, await node.WriteAsync(EnaBind, Second));

        Assert.Equal("ena", await node.DriverAsync(Second));
        Assert.Equal("(null)", await node.TextAsync(DeviceFile(Second, "driver_override")));
        Assert.Equal(["ens6"], await node.ListAsync(DeviceFile(Second, "net")));
        Assert.Equal(SecondMac, await node.TextAsync("/sys/class/net/ens6/address"));
        Assert.Equal("1500", await node.TextAsync("/sys/class/net/ens6/mtu"));
        Assert.Equal("down", await node.TextAsync("/sys/class/net/ens6/operstate"));
        Assert.Null(await node.LinkAsync(DeviceFile(Second, "iommu_group")));
        Assert.False(await node.ExistsAsync("/dev/vfio/noiommu-0"));
        Assert.NotEqual(before.Index, node.Host.Network().Links.Single(link => link.Name == "ens6").Index);
    }

    // One row: what was done before, the write, and what write(2) answers
    // (docs/reference/driver-binding.md#errors-of-a-write).
    [Theory]
    [InlineData("", EnaUnbind, "0000:00:1f.0", 19)]
    [InlineData("", VfioUnbind, Second, 19)]
    [InlineData("", "/sys/bus/pci/drivers_probe", "0000:00:1f.0", 19)]
    [InlineData("", "/sys/bus/pci/drivers_probe", Second, 0)]
    [InlineData("", VfioBind, Second, 19)]
    [InlineData("", EnaBind, Second, 16)]
    [InlineData("", EnaBind, "0000:00:04.0", 19)]
    [InlineData("", "/sys/bus/pci/drivers/igb_uio/bind", Second, 2)]
    [InlineData("", "/sys/bus/pci/devices/0000:00:1f.0/driver_override", "vfio-pci", 2)]
    [InlineData("", "/sys/bus/pci/devices/0000:00:06.0/driver_override", "a\nb", 22)]
    [InlineData("", "/sys/bus/pci/devices/0000:00:06.0/vendor", "1", 13)]
    [InlineData("", "/sys/bus/pci/devices", "1", 21)]
    [InlineData("", NoIommu, "maybe", 22)]
    [InlineData("", NoIommu, "Y\n", 0)]
    [InlineData("override", VfioBind, Second, 16)]
    [InlineData("override", EnaBind, Second, 19)]
    [InlineData("override unbind", VfioBind, Second, 22)]
    [InlineData("override unbind", EnaBind, Second, 19)]
    [InlineData("override unbind noiommu", VfioBind, Second, 0)]
    [InlineData("override unbind noiommu", VfioBind, Second + "\n", 0)]
    [InlineData("override unbind", "/sys/bus/pci/drivers_probe", Second, 0)]
    public async Task A_write_returns_what_the_kernel_returns(string before, string path, string text, int errno)
    {
        await using var node = await StartAsync();
        foreach (var step in before.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var (file, value) = step switch
            {
                "override" => (DeviceFile(Second, "driver_override"), "vfio-pci"),
                "unbind" => (EnaUnbind, Second),
                _ => (NoIommu, "1"),
            };
            Assert.Equal(0, await node.WriteAsync(file, value));
        }

        Assert.Equal(errno, await node.WriteAsync(path, text));
    }

    [Fact]
    public async Task A_probe_request_succeeds_although_nothing_binds()
    {
        await using var node = await StartAsync();
        await node.WriteAsync(EnaUnbind, Second);
        await node.WriteAsync(DeviceFile(Second, "driver_override"), "no-such-driver");

        Assert.Equal(0, await node.WriteAsync("/sys/bus/pci/drivers_probe", Second));
        Assert.Null(await node.LinkAsync(DeviceFile(Second, "driver")));

        await node.WriteAsync(DeviceFile(Second, "driver_override"), "\n");
        Assert.Equal(0, await node.WriteAsync("/sys/bus/pci/drivers_probe", Second));
        Assert.Equal("ena", await node.DriverAsync(Second));
    }

    [Theory]
    [InlineData("", "vfio-pci")]
    [InlineData("\n", "(null)")]
    [InlineData("\0", "(null)")]
    [InlineData("ena\n", "ena")]
    public async Task An_override_is_cleared_by_a_newline_and_untouched_by_an_empty_write(string text, string reads)
    {
        await using var node = await StartAsync();
        await node.WriteAsync(DeviceFile(Second, "driver_override"), "vfio-pci");

        Assert.Equal(0, await node.WriteAsync(DeviceFile(Second, "driver_override"), text));

        Assert.Equal(reads, await node.TextAsync(DeviceFile(Second, "driver_override")));
    }

    [Fact]
    public async Task A_kernel_without_no_IOMMU_support_has_no_parameter_file()
    {
        await using var node = await StartAsync(new SimulatedHostOptions { NoIommuSupported = false });

        Assert.Null(await node.TextAsync(NoIommu));
        Assert.Equal(2, await node.WriteAsync(NoIommu, "1"));
    }

    [Fact]
    public async Task A_driver_directory_is_absent_until_its_module_is_loaded()
    {
        await using var node = await StartAsync(new SimulatedHostOptions { Modules = [] });
        Assert.False(await node.ExistsAsync("/sys/bus/pci/drivers/vfio-pci"));
        Assert.Equal(2, await node.WriteAsync(VfioBind, Second));
        Assert.DoesNotContain("vfio", await node.TextAsync("/proc/modules"), StringComparison.Ordinal);

        node.Host.LoadModule("vfio_pci");

        Assert.True(await node.ExistsAsync(VfioBind));
        Assert.True(await node.ExistsAsync("/sys/module/vfio_pci"));
        Assert.True(await node.ExistsAsync("/dev/vfio/vfio"));
        Assert.Contains("vfio_pci ", await node.TextAsync("/proc/modules"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_an_IOMMU_the_group_was_there_before_and_is_not_a_fake_one()
    {
        await using var node = await StartAsync(new SimulatedHostOptions { Iommu = IommuKind.GroupPerDevice });
        var group = (await node.LinkAsync(DeviceFile(Second, "iommu_group")))!.Split('/')[^1];
        await node.WriteAsync(EnaUnbind, Second);
        await node.WriteAsync(DeviceFile(Second, "driver_override"), "vfio-pci");

        Assert.Equal(0, await node.WriteAsync(VfioBind, Second));

        Assert.True(await node.ExistsAsync($"/dev/vfio/{group}"));
        Assert.Null(await node.TextAsync($"/sys/kernel/iommu_groups/{group}/name"));
        Assert.NotEmpty(await node.ListAsync("/sys/class/iommu"));
        Assert.False(node.Host.Tainted);
    }

    [Fact]
    public async Task A_shared_group_lists_every_interface_as_a_member()
    {
        await using var node = await StartAsync(new SimulatedHostOptions { Iommu = IommuKind.SharedGroup });

        Assert.Equal([Primary, Second], await node.ListAsync(DeviceFile(Second, "iommu_group/devices")));
    }

    [Fact]
    public async Task A_uio_driver_makes_a_uio_device_and_no_group()
    {
        await using var node = await StartAsync(new SimulatedHostOptions { Modules = ["igb_uio"] });
        await node.WriteAsync(EnaUnbind, Second);
        await node.WriteAsync(DeviceFile(Second, "driver_override"), "igb_uio");

        Assert.Equal(0, await node.WriteAsync("/sys/bus/pci/drivers/igb_uio/bind", Second));

        Assert.Equal(["uio0"], await node.ListAsync(DeviceFile(Second, "uio")));
        Assert.Equal(0, await node.ProbeAsync("/dev/uio0"));
        Assert.Null(await node.LinkAsync(DeviceFile(Second, "iommu_group")));
    }

    [Fact]
    public async Task An_interface_comes_back_late_after_a_bind_to_its_kernel_driver()
    {
        await using var node = await StartAsync(new SimulatedHostOptions { InterfaceDelay = TimeSpan.FromSeconds(2) });
        node.Time.Advance(TimeSpan.FromSeconds(2));
        await node.WriteAsync(EnaUnbind, Second);
        await node.WriteAsync(EnaBind, Second);
        Assert.Equal("ena", await node.DriverAsync(Second));
        Assert.Empty(await node.ListAsync(DeviceFile(Second, "net")));

        node.Time.Advance(TimeSpan.FromSeconds(2));

        await EventuallyAsync(async () => (await node.ListAsync(DeviceFile(Second, "net"))) is ["ens6"]);
    }

    [Fact]
    public async Task Interfaces_named_by_appearance_may_swap_their_names()
    {
        await using var node = await StartAsync(new SimulatedHostOptions { Naming = InterfaceNaming.Appearance });
        node.Host.Plug(ThirdMac, []);
        Assert.Equal(["eth0", "eth1", "eth2", "lo"], await node.ListAsync("/sys/class/net"));
        await node.WriteAsync(EnaUnbind, Second);
        await node.WriteAsync(EnaUnbind, Third);
        await node.WriteAsync(EnaBind, Third);
        await node.WriteAsync(EnaBind, Second);

        Assert.Equal(ThirdMac, await node.TextAsync("/sys/class/net/eth1/address"));
    }

    [Fact]
    public async Task The_kernel_announces_every_step()
    {
        await using var node = await StartAsync();
        using var events = await node.EventsAsync();
        await node.BindToVfioAsync();
        await node.WriteAsync(VfioUnbind, Second);

        Assert.Equal("remove net ens6", await NextAsync(events));
        Assert.Equal("unbind pci 0000:00:06.0", await NextAsync(events));
        Assert.Equal("bind pci 0000:00:06.0", await NextAsync(events));
        // vfio begins to let the device go, and has ended.
        Assert.Equal("change pci 0000:00:06.0", await NextAsync(events));
        Assert.Equal("unbind pci 0000:00:06.0", await NextAsync(events));
    }

    internal static async Task EventuallyAsync(Func<Task<bool>> condition)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        deadline.CancelAfter(TimeSpan.FromSeconds(20));
        while (!await condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, deadline.Token);
        }
    }
}
