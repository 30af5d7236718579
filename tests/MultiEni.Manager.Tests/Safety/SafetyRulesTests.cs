using System.Text.RegularExpressions;
using MultiEni.Api;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;
using MultiEni.Manager.Safety;

namespace MultiEni.Manager.Tests.Safety;

public sealed class SafetyRulesTests
{
    private static readonly SafetyPolicy Policy = new();

    private static SafetyFacts Facts(HostObservation? host = null, PciDevice? device = null) =>
        new()
        {
            Device = device ?? A.Device(),
            Host = host ?? A.HostWithEni(),
            IsOurs = true,
            Slot = (1, 0),
            AssignedAddresses = ["10.0.1.6", "10.0.9.0/28"],
            NodeAddresses = ["10.0.0.5"],
        };

    private static HostObservation With(HostObservation host, Route? route = null, LinkAddress? address = null, Link? link = null) =>
        host with
        {
            Network = host.Network with
            {
                Routes = route is null ? host.Network.Routes : [.. host.Network.Routes, route],
                Addresses = address is null ? host.Network.Addresses : [.. host.Network.Addresses, address],
                Links = link is null ? host.Network.Links : [.. host.Network.Links, link],
            },
        };

    private static void Refused(string reason, string part, Blocker? blocker)
    {
        Assert.NotNull(blocker);
        Assert.Equal(reason, blocker.Reason);
        Assert.Contains(part, blocker.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_ENI_of_ours_without_anything_on_it_may_be_bound() => Assert.Null(SafetyRules.CheckBind(Facts(), Policy));

    [Fact]
    public void S1_the_device_index_0_is_the_primary_interface() =>
        Refused(Reasons.PrimaryInterface, "device index 0", SafetyRules.CheckTouch(Facts() with { Slot = (0, 0) }, Policy));

    [Fact]
    public void S1_the_device_index_0_of_another_card_is_not() => Assert.Null(SafetyRules.CheckTouch(Facts() with { Slot = (0, 1) }, Policy));

    [Theory]
    [InlineData(null)]
    [InlineData("0.0.0.0/0")]
    public void S2_the_effective_default_route_makes_an_interface_primary(string? destination) =>
        Refused(
            Reasons.PrimaryInterface,
            "default route",
            SafetyRules.CheckTouch(Facts(With(A.HostWithEni(), new Route(4, 254, destination, "10.0.1.1", 3, 100, 16))), Policy)
        );

    [Fact]
    public void S2_an_IPv6_default_route_counts_as_well() =>
        Refused(
            Reasons.PrimaryInterface,
            "default route",
            SafetyRules.CheckTouch(Facts(With(A.HostWithEni(), new Route(6, 254, "::/0", "fe80::1", 3, 1024, 3))), Policy)
        );

    // Of a subnet with IPv6 each ENI gets such a route as soon as its link is up.
    [Theory]
    [InlineData("10.0.0.5", null, "", false)] // an IPv4 node lives without it
    [InlineData("fd00::5", 1024, "", false)] // the node's own interface has one as well, of the same metric
    [InlineData("fd00::5", 2048, "", false)] // or of a higher one
    [InlineData("fd00::5", null, "", true)] // the node's IPv6 may depend on it
    [InlineData("10.0.0.5,fd00::5", null, "", true)]
    [InlineData("10.9.9.9", 1024, "", true)] // the node's own interface is not found
    [InlineData(null, 1024, "", true)]
    [InlineData(null, 1024, "ens5", false)] // or the administrator says which it is
    [InlineData(null, null, "ens5", true)]
    public void S2_a_default_route_by_router_advertisement_counts_unless_the_node_lives_elsewhere(
        string? addresses,
        int? primaryMetric,
        string named,
        bool isPrimary
    )
    {
        const int ra = PrimaryInterface.RouterAdvertisementProtocol;
        var host = With(With(A.HostWithEni(), new Route(6, 254, null, "fe80::1", 3, 1024, ra)), address: new LinkAddress(2, "fd00::5", 128));
        host = primaryMetric is { } metric ? With(host, new Route(6, 254, null, "fe80::1", 2, metric, ra)) : host;
        var facts = Facts(host) with { NodeAddresses = addresses?.Split(',') };
        var blocker = SafetyRules.CheckBind(facts, Policy with { PrimaryInterface = named });

        Assert.Equal(isPrimary ? Reasons.PrimaryInterface : null, blocker?.Reason);
        Assert.Equal(isPrimary, blocker?.Message.Contains("accept_ra", StringComparison.Ordinal) ?? false);
    }

    [Fact]
    public void S2_the_route_that_counts_is_the_one_that_is_named()
    {
        var host = With(With(A.HostWithEni(), new Route(4, 254, null, "10.0.1.1", 3, 613, 16)), new Route(6, 254, null, "fe80::1", 3, 1024, 3));
        Refused(Reasons.PrimaryInterface, "IPv6, metric 1024, protocol boot", SafetyRules.CheckTouch(Facts(host), Policy));
    }

    [Fact]
    public void S2_without_IPv4_on_the_nodes_own_interface_an_advertised_default_route_counts()
    {
        var host = With(A.HostWithEni(), new Route(6, 254, null, "fe80::1", 3, 1024, 9));
        host = host with { Network = host.Network with { Routes = [.. host.Network.Routes.Where(route => route.Family == 6)] } };
        Refused(Reasons.PrimaryInterface, "router advertisement", SafetyRules.CheckBind(Facts(host), Policy));
    }

    [Fact]
    public void S2_a_second_default_route_of_nodeadm_does_not() =>
        Assert.Null(SafetyRules.CheckBind(Facts(With(A.HostWithEni(), new Route(4, 254, null, "10.0.1.1", 3, 613, 16))), Policy));

    [Fact]
    public void S2_the_nodes_own_address_makes_an_interface_primary() =>
        Refused(
            Reasons.PrimaryInterface,
            "InternalIP",
            SafetyRules.CheckTouch(
                Facts(With(A.HostWithEni(), address: new LinkAddress(3, "10.0.0.99", 24))) with
                {
                    NodeAddresses = ["10.0.0.99"],
                },
                Policy
            )
        );

    [Fact]
    public void A_node_whose_primary_interface_cannot_be_told_is_left_alone()
    {
        var host = A.HostWithEni();
        var blind = Facts(host with { Network = host.Network with { Routes = [] } }) with { NodeAddresses = null };
        Refused(Reasons.PrimaryInterface, "--primary-interface", SafetyRules.CheckTouch(blind, Policy));
        Assert.Null(SafetyRules.CheckTouch(blind, Policy with { PrimaryInterface = "ens5" }));
    }

    [Fact]
    public void Not_to_know_the_primary_interface_is_a_doubt_that_hides_nothing_that_speaks_against_a_device()
    {
        var facts = Facts();
        var blind = facts with { Host = facts.Host with { Network = facts.Host.Network with { Routes = [] } }, NodeAddresses = null };
        Assert.True(SafetyRules.CheckTouch(blind, Policy)!.IsInconclusive);
        Assert.False(SafetyRules.CheckTouch(blind with { IsOurs = false }, Policy)!.IsInconclusive);
        Assert.False(SafetyRules.CheckTouch(blind with { Slot = (0, 0) }, Policy)!.IsInconclusive);
        Assert.False(SafetyRules.CheckTouch(blind, Policy with { IgnoredInterfaces = ["ens6"] })!.IsInconclusive);
    }

    [Fact]
    public void The_interface_that_the_administrator_names_is_never_touched() =>
        Refused(Reasons.PrimaryInterface, "--primary-interface", SafetyRules.CheckTouch(Facts(), Policy with { PrimaryInterface = "ens6" }));

    [Fact]
    public void Interfaces_outside_the_pattern_or_on_the_list_are_not_touched()
    {
        Refused(
            Reasons.UnsupportedDevice,
            "ENI_PATTERN",
            SafetyRules.CheckTouch(Facts(), Policy with { InterfacePattern = new Regex("^eth", RegexOptions.None, TimeSpan.FromSeconds(1)) })
        );
        Refused(Reasons.UnsupportedDevice, "IGNORE_INTERFACES", SafetyRules.CheckTouch(Facts(), Policy with { IgnoredInterfaces = ["ens6"] }));
    }

    [Fact]
    public void S3_an_ENI_that_is_not_ours_is_left_alone() =>
        Refused(Reasons.UnsupportedDevice, "not touched", SafetyRules.CheckTouch(Facts() with { IsOurs = false }, Policy));

    [Fact]
    public void S4_an_address_that_EC2_does_not_list_means_use()
    {
        Refused(
            Reasons.DeviceInUse,
            "192.168.1.1",
            SafetyRules.CheckBind(Facts(With(A.HostWithEni(), address: new LinkAddress(3, "192.168.1.1", 24))), Policy)
        );
        Assert.Null(SafetyRules.CheckBind(Facts(With(A.HostWithEni(), address: new LinkAddress(3, "10.0.1.6", 24))), Policy));
        Assert.Null(SafetyRules.CheckBind(Facts(With(A.HostWithEni(), address: new LinkAddress(3, "10.0.9.7", 28))), Policy));
        Assert.Null(SafetyRules.CheckBind(Facts(With(A.HostWithEni(), address: new LinkAddress(3, "fe80::1", 64))), Policy));
    }

    [Theory]
    [InlineData(254, "10.0.1.0/24", 2)]
    [InlineData(255, "10.0.1.6/32", 2)]
    [InlineData(10001, null, 16)]
    [InlineData(254, "10.0.1.1/32", 16)]
    public void S4_what_comes_with_a_link_by_itself_is_no_use(int table, string? destination, int protocol) =>
        Assert.Null(SafetyRules.CheckBind(Facts(With(A.HostWithEni(), new Route(4, table, destination, null, 3, 700, protocol))), Policy));

    [Theory]
    [InlineData(254, "10.8.0.0/16", 4)]
    [InlineData(2, null, 3)]
    [InlineData(254, "172.16.0.0/12", 3)]
    public void S4_and_S5_other_routes_mean_use(int table, string? destination, int protocol) =>
        Refused(
            Reasons.DeviceInUse,
            $"table {table}",
            SafetyRules.CheckBind(Facts(With(A.HostWithEni(), new Route(4, table, destination, "10.0.1.1", 3, 700, protocol))), Policy)
        );

    // As cloud-init makes them for a further ENI on Ubuntu 24.04; nodeadm's have numbers from 10000
    // on.
    [Theory]
    [InlineData(101)]
    [InlineData(10001)]
    public void S4_a_table_that_only_this_interfaces_own_address_is_led_to_is_no_use(int table) =>
        Assert.Null(SafetyRules.CheckBind(Facts(Policed(table, new RoutingRule(4, 32765, "10.0.1.6/32", table))), Policy));

    [Theory]
    [InlineData(101, "10.0.9.7/32")] // a pod's: the ENI has it, the interface has not
    [InlineData(10001, "10.0.9.7/32")]
    [InlineData(101, "10.0.1.0/24")]
    [InlineData(101, null)]
    [InlineData(101, "10.0.0.5/32")] // of another interface
    public void S4_and_S5_a_table_that_others_are_led_to_means_use_and_the_rule_is_named(int table, string? source)
    {
        var own = new RoutingRule(4, 32765, "10.0.1.6/32", table);
        var blocker = SafetyRules.CheckBind(Facts(Policed(table, own, new RoutingRule(4, 1536, source, table))), Policy);
        Refused(Reasons.DeviceInUse, $"the rule 1536 leads there, from {source ?? "everywhere"}", blocker);
        Assert.Contains($"table {table}", blocker!.Message, StringComparison.Ordinal);
        Assert.Contains("protocol static", blocker.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void S4_and_S5_a_table_that_nothing_leads_to_means_use_since_the_VPC_CNI_makes_it_before_the_first_pod() =>
        Refused(Reasons.DeviceInUse, "no rule leads there", SafetyRules.CheckBind(Facts(Policed(2, new RoutingRule(6, 1, null, 2))), Policy));

    [Fact]
    public void S4_an_address_that_is_only_on_the_interface_makes_no_table_its_own()
    {
        var host = Policed(101, new RoutingRule(4, 32765, "10.0.1.6/32", 101));
        Refused(Reasons.DeviceInUse, "10.0.1.6", SafetyRules.CheckBind(Facts(host) with { AssignedAddresses = [] }, Policy));
    }

    private static HostObservation Policed(int table, params RoutingRule[] rules)
    {
        var host = With(A.HostWithEni(), new Route(4, table, null, "10.0.1.1", 3, 0, 4), new LinkAddress(3, "10.0.1.6", 24));
        host = With(host, new Route(4, table, "10.0.1.0/24", null, 3, 0, 4));
        return host with { Network = host.Network with { Rules = rules } };
    }

    [Fact]
    public void S6_a_link_with_something_on_top_or_in_a_bond_is_in_use()
    {
        Refused(
            Reasons.DeviceInUse,
            "ens6.10",
            SafetyRules.CheckBind(Facts(With(A.HostWithEni(), link: new Link(9, "ens6.10", "", 1500, true, null, 3))), Policy)
        );
        var bonded = A.Host([A.Device()], [A.Link(3, "ens6", A.Mac.ToString()) with { MasterIndex = 9 }, A.Link(9, "bond0", A.Mac.ToString())]);
        Refused(Reasons.DeviceInUse, "bond0", SafetyRules.CheckBind(Facts(bonded), Policy));
    }

    [Fact]
    public void S8_devices_that_are_not_allowed_are_not_touched()
    {
        var efa = A.Device() with { Ids = new PciIds("1d0f", "efa1") };
        Refused(Reasons.UnsupportedDevice, "1d0f:efa1", SafetyRules.CheckTouch(Facts(device: efa), Policy));
        Refused(
            Reasons.UnsupportedDevice,
            "virtual functions",
            SafetyRules.CheckTouch(Facts(device: A.Device() with { HasVirtualFunctions = true }), Policy)
        );
    }

    [Fact]
    public void S9_on_a_node_that_is_about_to_go_nothing_more_is_bound() =>
        Refused(
            Reasons.Deleting,
            "karpenter.sh/disrupted",
            SafetyRules.CheckBind(Facts() with { NodeIsLeaving = "it has the taint karpenter.sh/disrupted" }, Policy)
        );

    [Fact]
    public void S10_a_group_with_devices_of_kernel_drivers_is_not_viable()
    {
        var facts = Facts(device: A.Device() with { IommuGroup = "7" });
        Refused(
            Reasons.IommuGroupNotViable,
            "0000:00:09.0 (nvme)",
            SafetyRules.CheckBind(
                facts with
                {
                    GroupDrivers = new Dictionary<string, string?> { ["0000:00:06.0"] = "ena", ["0000:00:09.0"] = "nvme" },
                },
                Policy
            )
        );
        Assert.Null(
            SafetyRules.CheckBind(
                facts with
                {
                    GroupDrivers = new Dictionary<string, string?>
                    {
                        ["0000:00:06.0"] = "ena",
                        ["0000:00:01.0"] = "pcieport",
                        ["0000:00:07.0"] = "vfio-pci",
                        ["0000:00:08.0"] = null,
                    },
                },
                Policy
            )
        );
    }

    [Fact]
    public void S12_an_ena_driver_that_may_crash_the_kernel_needs_consent()
    {
        var facts = Facts(A.HostWithEni() with { EnaVersion = "2.17.0g" });
        Refused(Reasons.UnsupportedDevice, "2.17.2", SafetyRules.CheckBind(facts, Policy));
        Assert.Null(SafetyRules.CheckBind(facts, Policy with { AcceptKnownBadEna = true }));
        Assert.Null(SafetyRules.CheckTouch(facts, Policy));
    }

    [Fact]
    public void S13_no_further_device_is_bound_while_one_has_no_driver() =>
        Refused(Reasons.ConcurrentOperation, "0000:00:07.0", SafetyRules.CheckBind(Facts() with { DriverlessElsewhere = A.OtherAddress }, Policy));
}
