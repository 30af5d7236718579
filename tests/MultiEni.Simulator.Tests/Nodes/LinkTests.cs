using static MultiEni.Simulator.Tests.Nodes.TestNode;

namespace MultiEni.Simulator.Tests.Nodes;

public sealed class LinkTests
{
    [Theory]
    [InlineData("""{"mtu":9001}""", 0)]
    [InlineData("""{"mtu":128}""", 0)]
    [InlineData("""{"mtu":127}""", 22)]
    [InlineData("""{"mtu":9217}""", 22)]
    [InlineData("""{"up":true}""", 0)]
    public async Task A_link_is_changed_as_the_driver_allows(string body, int errno)
    {
        await using var node = await StartAsync();
        var index = int.Parse((await node.TextAsync("/sys/class/net/ens6/ifindex"))!);

        Assert.Equal(errno, await node.ChangeLinkAsync(index, body));
    }

    [Fact]
    public async Task A_change_shows_in_sysfs_in_the_network_state_and_as_an_event()
    {
        await using var node = await StartAsync();
        using var events = await node.EventsAsync();
        var index = int.Parse((await node.TextAsync("/sys/class/net/ens6/ifindex"))!);

        await node.ChangeLinkAsync(index, """{"up":true}""");
        await node.ChangeLinkAsync(index, """{"mtu":9001}""");

        Assert.Equal("up", await node.TextAsync("/sys/class/net/ens6/operstate"));
        Assert.Equal("9001", await node.TextAsync("/sys/class/net/ens6/mtu"));
        var link = Assert.Single((await node.NetworkAsync())["links"]!.AsArray(), link => link!["name"]!.GetValue<string>() == "ens6")!;
        Assert.Equal(
            $$"""{"index":{{index}},"name":"ens6","macAddress":"02:00:00:00:00:06","mtu":9001,"up":true,"masterIndex":null,"lowerIndex":null,"alternativeNames":[]}""",
            link.ToJsonString()
        );
        Assert.Equal("change net ens6", await NextAsync(events));
    }

    [Fact]
    public async Task A_link_that_is_gone_cannot_be_changed()
    {
        await using var node = await StartAsync();

        Assert.Equal(19, await node.ChangeLinkAsync(99, """{"up":true}"""));
    }

    [Fact]
    public async Task Taking_a_link_down_loses_its_routes_and_keeps_its_addresses()
    {
        await using var node = await StartAsync();
        var index = int.Parse((await node.TextAsync("/sys/class/net/ens5/ifindex"))!);

        await node.ChangeLinkAsync(index, """{"up":false}""");

        var network = node.Host.Network();
        Assert.DoesNotContain(network.Routes, route => route.LinkIndex == index);
        Assert.Contains(network.Addresses, address => address.LinkIndex == index);
    }

    [Fact]
    public async Task An_interface_in_a_pod_leaves_its_driver_without_an_interface()
    {
        await using var node = await StartAsync();

        node.Host.MoveToPodNamespace(Second);

        Assert.Equal("ena", await node.DriverAsync(Second));
        Assert.True(await node.ExistsAsync(DeviceFile(Second, "net")));
        Assert.Empty(await node.ListAsync(DeviceFile(Second, "net")));
        Assert.DoesNotContain(node.Host.Network().Links, link => link.MacAddress == SecondMac);
    }

    [Fact]
    public async Task Stacked_links_show_in_both_directions()
    {
        await using var node = await StartAsync();
        var index = int.Parse((await node.TextAsync("/sys/class/net/ens6/ifindex"))!);

        node.Host.AddStackedLink("vlan7", index);

        Assert.Equal("../vlan7", await node.LinkAsync("/sys/class/net/ens6/upper_vlan7"));
        Assert.Equal("../ens6", await node.LinkAsync("/sys/class/net/vlan7/lower_ens6"));
        Assert.Contains("upper_vlan7", await node.ListAsync("/sys/class/net/ens6"));
    }
}
