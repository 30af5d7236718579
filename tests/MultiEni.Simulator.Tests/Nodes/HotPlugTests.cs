using System.Net;
using MultiEni.Simulator.Nodes;
using static MultiEni.Simulator.Tests.Nodes.TestNode;

namespace MultiEni.Simulator.Tests.Nodes;

public sealed class HotPlugTests
{
    [Fact]
    public async Task A_node_is_born_with_its_disk_and_its_primary_interface()
    {
        await using var node = await StartAsync(plug: false);

        Assert.Equal(["0000:00:04.0", Primary], await node.ListAsync("/sys/bus/pci/devices"));
        Assert.Equal("nvme", await node.DriverAsync("0000:00:04.0"));
        Assert.Equal("ena", await node.DriverAsync(Primary));
        Assert.Equal("0x1d0f", await node.TextAsync(DeviceFile(Primary, "vendor")));
        Assert.Equal("0xec20", await node.TextAsync(DeviceFile(Primary, "device")));
        Assert.Equal("0x020000", await node.TextAsync(DeviceFile(Primary, "class")));
        Assert.Equal("0000:00:05.0", (await node.LinkAsync("/sys/class/net/ens5/device"))!.Split('/')[^1]);
        var network = await node.NetworkAsync();
        var route = Assert.Single(network["routes"]!.AsArray(), route => route!["destination"] is null)!;
        Assert.Equal("10.0.0.1", route["gateway"]!.GetValue<string>());
        Assert.Equal(254, route["table"]!.GetValue<int>());
    }

    [Fact]
    public async Task A_plugged_device_takes_the_next_free_slot_and_meets_its_driver_later()
    {
        await using var node = await StartAsync(
            new SimulatedHostOptions { ProbeDelay = TimeSpan.FromSeconds(1), InterfaceDelay = TimeSpan.FromSeconds(1) },
            plug: false
        );
        using var events = await node.EventsAsync();
        Assert.Equal(Second, node.Host.Plug(SecondMac, []));
        Assert.Equal(Third, node.Host.Plug(ThirdMac, []));
        Assert.Equal("add pci 0000:00:06.0", await NextAsync(events));
        Assert.Equal("add pci 0000:00:07.0", await NextAsync(events));
        Assert.Null(await node.DriverAsync(Second));

        node.Time.Advance(TimeSpan.FromSeconds(1));
        await DriverBindingTests.EventuallyAsync(async () => await node.DriverAsync(Second) == "ena" && await node.DriverAsync(Third) == "ena");
        Assert.False(await node.ExistsAsync("/sys/class/net/ens6"));

        node.Time.Advance(TimeSpan.FromSeconds(1));
        await DriverBindingTests.EventuallyAsync(() => node.ExistsAsync("/sys/class/net/ens6"));
    }

    [Fact]
    public async Task An_unplugged_device_is_gone_at_once_and_its_slot_is_used_again_without_its_override()
    {
        await using var node = await StartAsync();
        await node.WriteAsync(DeviceFile(Second, "driver_override"), "vfio-pci");

        await node.Host.UnplugAsync(SecondMac, Cancelled);

        Assert.False(await node.ExistsAsync(DeviceFile(Second, "vendor")));
        Assert.Equal(Second, node.Host.Plug(ThirdMac, []));
        Assert.Equal("(null)", await node.TextAsync(DeviceFile(Second, "driver_override")));
        Assert.Equal(ThirdMac, await node.TextAsync("/sys/class/net/ens6/address"));
    }

    [Fact]
    public async Task An_open_device_is_unplugged_only_when_it_is_let_go()
    {
        await using var node = await StartAsync();
        await node.BindToVfioAsync();
        var holder = node.Host.HoldOpen(Second);

        var unplug = node.Host.UnplugAsync(SecondMac, Cancelled);
        Assert.False(unplug.IsCompleted);
        Assert.True(await node.ExistsAsync(DeviceFile(Second, "vendor")));

        holder.Dispose();
        await unplug;
        Assert.False(await node.ExistsAsync(DeviceFile(Second, "vendor")));
    }

    [Fact]
    public async Task A_surprise_removal_waits_for_nobody()
    {
        await using var node = await StartAsync();
        await node.BindToVfioAsync();
        using var holder = node.Host.HoldOpen(Second);

        node.Host.Vanish(SecondMac);

        Assert.False(await node.ExistsAsync(DeviceFile(Second, "vendor")));
        Assert.Equal(2, await node.WriteAsync(DeviceFile(Second, "driver_override"), "\n"));
        Assert.Equal(19, await node.WriteAsync(VfioUnbind, Second));
    }

    [Fact]
    public async Task A_reboot_voids_every_binding_and_changes_the_boot_id()
    {
        await using var node = await StartAsync();
        var bootId = await node.TextAsync("/proc/sys/kernel/random/boot_id");
        await node.BindToVfioAsync();
        var holder = node.Host.HoldOpen(Second);
        var unbind = node.WriteAsync(VfioUnbind, Second);
        await DriverBindingTests.EventuallyAsync(async () => await node.DriverAsync(Second) is null);

        await node.Host.RebootAsync(Cancelled);
        holder.Dispose();

        Assert.Equal(5, await unbind);
        Assert.NotEqual(bootId, await node.TextAsync("/proc/sys/kernel/random/boot_id"));
        Assert.Equal("ena", await node.DriverAsync(Second));
        Assert.Equal("(null)", await node.TextAsync(DeviceFile(Second, "driver_override")));
        Assert.Equal("N", await node.TextAsync(NoIommu));
        Assert.Equal(["ens6"], await node.ListAsync(DeviceFile(Second, "net")));
        Assert.False(node.Host.Tainted);
    }

    [Fact]
    public async Task PCI_addresses_may_change_over_a_reboot()
    {
        await using var node = await StartAsync(new SimulatedHostOptions { ReassignsAddressesAtReboot = true });
        node.Host.Plug(ThirdMac, []);

        await node.Host.RebootAsync(Cancelled);

        Assert.Equal(Third, node.Host.DeviceByMac(SecondMac)!.Address);
        Assert.Equal(Second, node.Host.DeviceByMac(ThirdMac)!.Address);
        Assert.Equal(SecondMac, await node.TextAsync("/sys/class/net/ens7/address"));
    }

    [Fact]
    public async Task A_rebooting_node_does_not_answer_and_a_terminated_one_is_not_there()
    {
        await using var node = await StartAsync(new SimulatedHostOptions { RebootDuration = TimeSpan.FromMinutes(1) });
        using var events = await node.EventsAsync();
        var reboot = node.Host.RebootAsync(Cancelled);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await node.StatusAsync());
        Assert.Null(await events.ReadLineAsync(Cancelled));

        node.Time.Advance(TimeSpan.FromMinutes(1));
        await reboot;
        Assert.Equal(HttpStatusCode.OK, await node.StatusAsync());

        node.Terminate();
        Assert.Equal(HttpStatusCode.NotFound, await node.StatusAsync());
    }

    [Fact]
    public async Task Interfaces_present_at_boot_may_carry_a_secondary_default_route()
    {
        await using var node = await StartAsync(new SimulatedHostOptions { ConfiguresInterfacesAtBoot = true });
        Assert.Equal("down", await node.TextAsync("/sys/class/net/ens6/operstate"));

        await node.Host.RebootAsync(Cancelled);

        Assert.Equal("up", await node.TextAsync("/sys/class/net/ens6/operstate"));
        Assert.Equal("9001", await node.TextAsync("/sys/class/net/ens6/mtu"));
        var network = node.Host.Network();
        var link = network.Links.Single(link => link.Name == "ens6").Index;
        Assert.Equal(2, network.Routes.Count(route => route.LinkIndex == link && route.Destination is null));
        var effective = network.Routes.Where(route => route is { Table: 254, Destination: null }).MinBy(route => route.Metric)!;
        Assert.NotEqual(link, effective.LinkIndex);
        Assert.Contains(network.Rules, rule => rule is { Source: "10.0.1.20/32", Priority: 32765, Table: > 10000 });
    }
}
