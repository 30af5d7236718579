using System.Text.Json.Nodes;
using MultiEni.Api;
using MultiEni.Simulator;
using MultiEni.Simulator.Nodes;

namespace MultiEni.Manager.Tests.Wire;

/// <summary>
/// Links of plain ENIs, with a resync so slow that only the kernel's announcements can be what
/// wakes the agent.
/// </summary>
public sealed class LinkTests
{
    private static readonly (string, string) NoResync = ("CHECK_INTERVAL", "1h");

    private static void Plain(JsonObject device)
    {
        device["use"] = "Plain";
        device.Remove("driver");
    }

    private static SimulatedLink Link(AgentBench bench, int index) =>
        bench.Node.Network().Links.Single(link => link.MacAddress == $"02:00:00:00:01:{index:x2}");

    [Fact]
    public async Task An_MTU_or_a_link_that_somebody_changes_is_repaired_at_once()
    {
        await using var bench = await AgentBench.StartAsync(environment: [NoResync, ("DEFAULT_MTU", "9001")]);
        bench.Attach("a", 1, Plain);
        await bench.Until(() => bench.IsTrue("a", ConditionTypes.Configured), "the link");
        bench.Node.SetLinkMtu(Link(bench, 1).Index, 1400);
        await bench.Until(() => Link(bench, 1).Mtu == 9001, "the MTU to be repaired");
        bench.Node.SetLinkUp(Link(bench, 1).Index, false);
        await bench.Until(() => Link(bench, 1).Up, "the link to be up again");
    }

    [Fact]
    public async Task Somebody_who_undoes_every_repair_is_named_as_the_obstacle_and_not_fought_without_end()
    {
        await using var bench = await AgentBench.StartAsync(environment: [NoResync, ("DEFAULT_MTU", "9001")]);
        bench.Attach("a", 1, Plain);
        await bench.Until(() => bench.IsTrue("a", ConditionTypes.Configured), "the link");
        var repairs = 0;
        await bench.Until(
            () =>
            {
                if (Link(bench, 1).Mtu == 9001)
                {
                    repairs++;
                    bench.Node.SetLinkMtu(Link(bench, 1).Index, 1500);
                }

                return bench.Reason("a", ConditionTypes.Configured) == Reasons.LinkFailed;
            },
            "the agent to give way"
        );
        Assert.InRange(repairs, 1, 6);
        await bench.UntilReason("a", ConditionTypes.Configured, Reasons.LinkFailed, "keeps changing");
        Assert.Equal(1500, Link(bench, 1).Mtu);
    }

    [Fact]
    public async Task The_primary_interface_and_strange_interfaces_keep_what_they_have()
    {
        await using var bench = await AgentBench.StartAsync(environment: [NoResync, ("DEFAULT_MTU", "1400")]);
        bench.Node.Plug("02:00:00:00:09:09", ["10.9.0.9"]);
        await bench.Until(() => bench.Node.DeviceByMac("02:00:00:00:09:09")!.InterfaceName is not null, "the stranger");
        var before = bench.Node.Network().Links;
        bench.Attach("a", 1, Plain);
        await bench.Until(() => bench.IsTrue("a", ConditionTypes.Configured), "the link");
        Assert.Equal(1400, Link(bench, 1).Mtu);
        Assert.Equal(before, bench.Node.Network().Links.Where(link => link.MacAddress != "02:00:00:00:01:01"));
    }

    [Fact]
    public async Task DEFAULT_MTU_and_INTERFACE_MTUS_apply_where_the_NodeENI_names_no_MTU()
    {
        await using var bench = await AgentBench.StartAsync(environment: [NoResync, ("DEFAULT_MTU", "1400"), ("INTERFACE_MTUS", "ens7:8000")]);
        bench.Attach("a", 1, Plain);
        await bench.Until(() => bench.IsTrue("a", ConditionTypes.Configured), "the first link");
        bench.Attach("b", 2, Plain);
        await bench.Until(() => bench.IsTrue("b", ConditionTypes.Configured), "the second link");
        Assert.Equal(("ens6", 1400), (Link(bench, 1).Name, Link(bench, 1).Mtu));
        Assert.Equal(("ens7", 8000), (Link(bench, 2).Name, Link(bench, 2).Mtu));
    }

    [Fact]
    public async Task INTERFACE_UP_TIMEOUT_bounds_the_wait_for_a_link_that_does_not_come_up()
    {
        await using var bench = await AgentBench.StartAsync(environment: [NoResync, ("INTERFACE_UP_TIMEOUT", "100ms")]);
        // Success is claimed and nothing happens.
        bench.Node.Faults.FailLinkChanges(LinuxErrors.None, times: 1000);
        bench.Attach("a", 1, Plain);
        await bench.UntilReason("a", ConditionTypes.Configured, Reasons.LinkFailed, "not up after 0.1 s (INTERFACE_UP_TIMEOUT)");
        bench.Node.Faults.Clear();
        await bench.Until(() => bench.IsTrue("a", ConditionTypes.Configured), "the link");
    }

    [Theory]
    [InlineData("PRIMARY_INTERFACE", "ens6", "PrimaryInterface", "--primary-interface")]
    [InlineData("ENI_PATTERN", "^eth[0-9]+", "UnsupportedDevice", "ENI_PATTERN '^eth[0-9]+'")]
    [InlineData("IGNORE_INTERFACES", "ens9,ens6", "UnsupportedDevice", "IGNORE_INTERFACES")]
    [InlineData("ALLOWED_DEVICES", "8086:100e", "UnsupportedDevice", "--allowed-devices")]
    public async Task A_restriction_keeps_an_interface_as_it_is_and_is_named(string variable, string value, string reason, string named)
    {
        await using var bench = await AgentBench.StartAsync(environment: [NoResync, (variable, value), ("DEFAULT_MTU", "9001")]);
        bench.Attach("a", 1);
        await bench.UntilReason("a", ConditionTypes.Configured, reason, named);
        Assert.Equal((false, 1500), (Link(bench, 1).Up, Link(bench, 1).Mtu));
        Assert.Equal("ena", bench.Node.DeviceByMac("02:00:00:00:01:01")!.Driver);
    }

    [Fact]
    public async Task DEFAULT_DPDK_DRIVER_and_DPDK_RESOURCE_NAMES_apply_where_the_NodeENI_names_none()
    {
        await using var bench = await AgentBench.StartAsync(
            new SimulatedClusterOptions { Host = new SimulatedHostOptions { Modules = ["igb_uio"] } },
            NoResync,
            ("DEFAULT_DPDK_DRIVER", "igb_uio"),
            ("DPDK_RESOURCE_NAMES", "ens6:example.com/fast")
        );
        bench.Attach("a", 1, device => device.Remove("driver"));
        await bench.UntilAdvertised("a");
        Assert.Equal("igb_uio", bench.Node.DeviceByMac("02:00:00:00:01:01")!.Driver);
        Assert.Equal("1", bench.Allocatable("example.com/fast"));
        Assert.Equal("igb_uio", bench.Find("a")!["status"]!["device"]!["writeCombining"]!.GetValue<string>());
    }

    [Fact]
    public async Task With_USE_NETLINK_false_the_resync_alone_repairs()
    {
        await using var bench = await AgentBench.StartAsync(
            environment: [("USE_NETLINK", "false"), ("CHECK_INTERVAL", "1s"), ("DEFAULT_MTU", "9001")]
        );
        bench.Attach("a", 1, Plain);
        await bench.Until(() => bench.IsTrue("a", ConditionTypes.Configured), "the link");
        bench.Node.SetLinkMtu(Link(bench, 1).Index, 1400);
        await bench.Until(() => Link(bench, 1).Mtu == 9001, "the MTU to be repaired");
    }
}
