using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using MultiEni.Api;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;
using MultiEni.Manager.Host.Kernel;
using MultiEni.Manager.Links;
using MultiEni.Manager.Safety;

namespace MultiEni.Manager.Tests.Kernel;

/// <summary>
/// rtnetlink of the real kernel. Each check removes its links, and with them their routes: a
/// default route that stays is one for the next check as well.
/// </summary>
[Trait("runs", "in-namespace")]
public sealed class RtNetlinkChecks : IAsyncDisposable
{
    private readonly RtNetlink _links = new(new BlockingCalls());

    public RtNetlinkChecks() => OwnNamespace.Demand();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        // One end of a pair takes the other with it.
        while ((await _links.ReadAsync(Cancellation)).Links.FirstOrDefault(link => link.Name != "lo") is { } link)
        {
            await OwnNamespace.SetUpAsync($"link delete {link.Name}\n");
        }
    }

    [Fact(Explicit = true)]
    public async Task A_link_shows_its_name_address_MTU_and_state()
    {
        await OwnNamespace.SetUpAsync("link add look0 address 0a:00:00:00:00:01 mtu 1400 type veth peer name look1\nlink set look0 up\n");
        var state = await _links.ReadAsync(Cancellation);
        var (look, peer) = (Named(state, "look0"), Named(state, "look1"));

        Assert.Equal(("0a:00:00:00:00:01", 1400, true), (look.MacAddress, look.Mtu, look.Up));
        Assert.False(peer.Up);
        // The two ends of a pair name each other in the attribute for lower links; neither is
        // stacked on the other.
        Assert.Null(look.LowerIndex);
        Assert.Null(peer.LowerIndex);
        Assert.Equal("00:00:00:00:00:00", Named(state, "lo").MacAddress);
    }

    [Fact(Explicit = true)]
    public async Task A_link_goes_up_and_down_again()
    {
        await OwnNamespace.SetUpAsync("link add up0 type veth peer name up1\n");
        var index = Named(await _links.ReadAsync(Cancellation), "up0").Index;

        Assert.Equal(Errno.None, await _links.SetUpAsync(index, up: true, Cancellation));
        Assert.True(Named(await _links.ReadAsync(Cancellation), "up0").Up);
        Assert.Equal(Errno.None, await _links.SetUpAsync(index, up: false, Cancellation));
        Assert.False(Named(await _links.ReadAsync(Cancellation), "up0").Up);
    }

    [Fact(Explicit = true)]
    public async Task An_MTU_of_9001_is_taken_and_an_impossible_one_refused()
    {
        await OwnNamespace.SetUpAsync("link add mtu0 type veth peer name mtu1\nlink set mtu0 up\n");
        var index = Named(await _links.ReadAsync(Cancellation), "mtu0").Index;

        Assert.Equal(Errno.None, await _links.SetMtuAsync(index, 9001, Cancellation));
        Assert.Equal((9001, true), Named(await _links.ReadAsync(Cancellation), "mtu0") is var link ? (link.Mtu, link.Up) : default);
        Assert.Equal(Errno.Invalid, await _links.SetMtuAsync(index, 1_000_000, Cancellation));
        Assert.Equal(9001, Named(await _links.ReadAsync(Cancellation), "mtu0").Mtu);
    }

    [Fact(Explicit = true)]
    public async Task A_link_that_is_not_there_answers_no_such_device()
    {
        Assert.Equal(Errno.NoDevice, await _links.SetUpAsync(999_999, up: true, Cancellation));
        Assert.Equal(Errno.NoDevice, await _links.SetMtuAsync(999_999, 1500, Cancellation));
    }

    [Fact(Explicit = true)]
    public async Task A_member_of_a_bridge_names_it_as_its_master()
    {
        await OwnNamespace.SetUpAsync(
            "link add bridge0 type bridge\nlink add member0 type veth peer name member1\nlink set member0 master bridge0\n"
        );
        var state = await _links.ReadAsync(Cancellation);

        Assert.Equal(Named(state, "bridge0").Index, Named(state, "member0").MasterIndex);
        Assert.Null(Named(state, "member1").MasterIndex);
        Assert.Null(Named(state, "bridge0").MasterIndex);
    }

    [Fact(Explicit = true)]
    public async Task Addresses_of_both_families_are_listed()
    {
        await OwnNamespace.SetUpAsync(
            "link add addr0 type veth peer name addr1\naddress add 10.1.0.5/24 dev addr0\naddress add 10.1.1.1 peer 10.1.1.2/32 dev addr0\naddress add fd00:1::5/64 dev addr0 nodad\n"
        );
        var state = await _links.ReadAsync(Cancellation);
        var index = Named(state, "addr0").Index;

        Assert.Contains(new LinkAddress(index, "10.1.0.5", 24), state.Addresses);
        Assert.Contains(new LinkAddress(index, "10.1.1.1", 32), state.Addresses);
        Assert.Contains(new LinkAddress(index, "fd00:1::5", 64), state.Addresses);
    }

    [Fact(Explicit = true)]
    public async Task Default_routes_of_both_families_and_of_other_tables_have_no_destination()
    {
        await OwnNamespace.SetUpAsync(
            """
            link add route0 type veth peer name route1
            link set route0 up
            link set route1 up
            address add 10.2.0.5/24 dev route0
            address add fd00:2::5/64 dev route0 nodad
            route add default via 10.2.0.1 metric 512
            route add 0.0.0.0/0 via 10.2.0.1 table 10001
            route add 192.0.2.0/24 via 10.2.0.9 dev route0
            route add default via fd00:2::1 metric 700
            route add ::/0 via fd00:2::1 table 10001
            route add 192.0.3.0/24 via 10.2.0.9 dev route0
            route add 198.51.100.0/24 nexthop via 10.2.0.1 nexthop via 10.2.0.2

            """
        );
        var state = await _links.ReadAsync(Cancellation);
        var index = Named(state, "route0").Index;
        const int main = 254;
        const int boot = 3;

        Assert.Contains(new Route(4, main, null, "10.2.0.1", index, 512, boot), state.Routes);
        Assert.Contains(new Route(4, 10001, null, "10.2.0.1", index, 0, boot), state.Routes);
        // Of those with link, table and protocol in common one stands for all.
        Assert.Single(state.Routes, route => route is { Gateway: "10.2.0.9", Protocol: boot } && route.LinkIndex == index);
        Assert.Contains(new Route(6, main, null, "fd00:2::1", index, 700, boot), state.Routes);
        Assert.Contains(new Route(6, 10001, null, "fd00:2::1", index, 1024, boot), state.Routes);
        Assert.Equal(["10.2.0.1", "10.2.0.2"], state.Routes.Where(route => route.Destination == "198.51.100.0/24").Select(route => route.Gateway));
        // The connected prefix is the kernel's own.
        Assert.Contains(state.Routes, route => route is { Destination: "10.2.0.0/24", Protocol: 2, Table: main } && route.LinkIndex == index);
        Assert.Equal(4, state.Routes.Count(route => route.Destination is null && route.LinkIndex == index));
    }

    [Fact(Explicit = true)]
    public async Task Rules_of_both_families_lead_to_their_tables()
    {
        const int kernel = 2;
        await OwnNamespace.SetUpAsync("rule add from 10.3.0.5/32 table 10001 priority 1024\n");
        await OwnNamespace.SetUpAsync("rule add from fd00:3::/64 table 10002 priority 1025\n", family: "inet6");
        var rules = (await _links.ReadAsync(Cancellation)).Rules;

        Assert.Contains(new RoutingRule(4, 1024, "10.3.0.5/32", 10001), rules);
        Assert.Contains(new RoutingRule(6, 1025, "fd00:3::/64", 10002), rules);
        Assert.Contains(new RoutingRule(4, 0, null, 255) { Protocol = kernel }, rules);
        Assert.Contains(new RoutingRule(6, 32766, null, 254) { Protocol = kernel }, rules);
    }

    [Fact(Explicit = true)]
    public async Task A_link_takes_alternative_names_and_answers_to_them_and_no_other_link_gets_one_twice()
    {
        await OwnNamespace.SetUpAsync("link add names0 type veth peer name names1\n");
        var state = await _links.ReadAsync(Cancellation);
        var (one, other) = (Named(state, "names0").Index, Named(state, "names1").Index);
        var longest = "nodeeni-" + new string('x', 119);

        Assert.Equal(Errno.None, await _links.AddAsync(new NetworkItem.AlternativeName(one, "eni-0123"), Cancellation));
        Assert.Equal(Errno.None, await _links.AddAsync(new NetworkItem.AlternativeName(one, longest), Cancellation));
        Assert.Equal(Errno.Exists, await _links.AddAsync(new NetworkItem.AlternativeName(other, "eni-0123"), Cancellation));
        Assert.Equal(Errno.Exists, await _links.AddAsync(new NetworkItem.AlternativeName(other, "names0"), Cancellation));
        Assert.Equal(["eni-0123", longest], Named(await _links.ReadAsync(Cancellation), "names0").AlternativeNames);

        // As a definition with "master: eni-0123" does.
        await OwnNamespace.SetUpAsync("link add link eni-0123 name stacked0 type macvlan\n");
        Assert.Equal(one, Named(await _links.ReadAsync(Cancellation), "stacked0").LowerIndex);

        Assert.Equal(Errno.None, await _links.RemoveAsync(new NetworkItem.AlternativeName(one, "eni-0123"), Cancellation));
        Assert.Equal(Errno.None, await _links.AddAsync(new NetworkItem.AlternativeName(other, "eni-0123"), Cancellation));
        Assert.Equal([longest], Named(await _links.ReadAsync(Cancellation), "names0").AlternativeNames);
    }

    [Fact(Explicit = true)]
    public async Task Addresses_routes_and_rules_of_ours_come_and_go_and_leave_nothing()
    {
        await OwnNamespace.SetUpAsync("link add host0 type veth peer name host1\nlink set host0 up\nlink set host1 up\n");
        var before = await _links.ReadAsync(Cancellation);
        var link = Named(before, "host0");
        var main = before.Routes.Where(route => route.Table == 254).ToHashSet();
        var plan = new HostAddressPlan { Addresses = ["10.7.0.6", "10.7.0.7", "fd00:7::6"], SubnetCidr = "10.7.0.0/24" };

        await ApplyAsync(new LinkPlan { Addresses = plan }, link);
        var set = await _links.ReadAsync(Cancellation);
        Assert.Contains(set.Addresses, address => address is { Address: "10.7.0.6", PrefixLength: 32 } && address.LinkIndex == link.Index);
        Assert.Contains(new Route(4, 21001, null, "10.7.0.1", link.Index, 512, 136), set.Routes);
        Assert.Contains(new Route(4, 21001, "10.7.0.0/24", null, link.Index, 512, 136), set.Routes);
        Assert.Contains(new RoutingRule(6, 21001, "fd00:7::6/128", 21001) { Protocol = 136 }, set.Rules);
        Assert.Equal(main, set.Routes.Where(route => route.Table == 254).ToHashSet());
        Assert.Empty(Decide(new LinkPlan { Addresses = plan }, link, set).Operations);

        // The kernel chooses the way by the address, and answers as it is asked.
        await OwnNamespace.SetUpAsync("route get 192.0.2.1 from 10.7.0.6\n");

        await ApplyAsync(LinkPlan.Nothing, link);
        var after = await _links.ReadAsync(Cancellation);
        Assert.Equal(before.Rules, after.Rules);
        Assert.Equal(before.Routes.ToHashSet(), after.Routes.ToHashSet());
        Assert.Equal(before.Addresses.ToHashSet(), after.Addresses.ToHashSet());
    }

    [Fact(Explicit = true)]
    public async Task A_program_that_binds_to_an_address_of_ours_gets_through_the_subnets_router_and_no_other_does()
    {
        await OwnNamespace.SetUpAsync(
            """
            netns add eni-peer
            link add reach0 type veth peer name reach1
            link set reach1 netns eni-peer
            link set reach0 up
            netns exec eni-peer ip link set lo up
            netns exec eni-peer ip link set reach1 up
            netns exec eni-peer ip address add 10.7.0.1/24 dev reach1
            netns exec eni-peer ip address add 192.0.2.1/32 dev lo

            """
        );
        try
        {
            var link = Named(await _links.ReadAsync(Cancellation), "reach0");
            await ApplyAsync(
                new LinkPlan
                {
                    Addresses = new HostAddressPlan { Addresses = ["10.7.0.6"], SubnetCidr = "10.7.0.0/24" },
                },
                link
            );

            // Nobody listens there, and only the peer itself can say so.
            Assert.Equal(SocketError.ConnectionRefused, await AskAsync("10.7.0.6"));
            Assert.Equal(SocketError.NetworkUnreachable, await AskAsync(null));
            // Rules outlive the link, and the next check must not find them.
            await ApplyAsync(LinkPlan.Nothing, link);
        }
        finally
        {
            await OwnNamespace.SetUpAsync("netns delete eni-peer\n");
        }
    }

    private static async Task<SocketError> AskAsync(string? from)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            if (from is not null)
            {
                socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
            }

            await socket.ConnectAsync(new IPEndPoint(IPAddress.Parse("192.0.2.1"), 9), Cancellation);
            await socket.SendAsync(new byte[1], Cancellation);
            await socket.ReceiveAsync(new byte[1], Cancellation);
            return SocketError.Success;
        }
        catch (SocketException error)
        {
            return error.SocketErrorCode;
        }
    }

    // A kernel before 5.18 does not tell whose an address is: then the record does.
    private static LinkVerdict Decide(LinkPlan plan, Link link, NetworkState network) =>
        LinkDecision.Decide(
            plan,
            link,
            new LinkFacts
            {
                Table = 21001,
                Network = network,
                Record = new LinkChangesOf { LinkIndex = link.Index, Addresses = ["10.7.0.6", "10.7.0.7", "fd00:7::6"] },
            }
        );

    private async Task ApplyAsync(LinkPlan plan, Link link)
    {
        foreach (var operation in Decide(plan, link, await _links.ReadAsync(Cancellation)).Operations)
        {
            var error = operation switch
            {
                LinkOperation.Add add => await _links.AddAsync(add.Item, Cancellation),
                LinkOperation.Remove remove => await _links.RemoveAsync(remove.Item, Cancellation),
                _ => throw new UnreachableException($"{operation}"),
            };
            Assert.True(error == Errno.None, $"{operation}: {error}");
        }
    }

    [Fact(Explicit = true)]
    public async Task Tables_longer_than_one_datagram_come_whole()
    {
        const int many = 3000;
        var commands = Enumerable.Range(0, many).Select(number => $"route add blackhole default table 77 metric {number}\n");
        await OwnNamespace.SetUpAsync(string.Concat(commands));

        var routes = (await _links.ReadAsync(Cancellation)).Routes.Where(route => route.Table == 77).ToList();
        Assert.Equal(many, routes.Count);
        Assert.Equal(many, routes.Select(route => route.Metric).Distinct().Count());
        await OwnNamespace.SetUpAsync("route flush table 77\n");
    }

    [Fact(Explicit = true)]
    public async Task A_table_is_whole_while_its_routes_come_and_go_and_ten_thousand_of_a_kind_are_one()
    {
        const int bird = 12;
        var many = Enumerable
            .Range(0, 10_000)
            .Select(number => $"route add 172.{20 + (number / 65536)}.{number / 256 % 256}.{number % 256} dev many0 proto bird\n");
        await OwnNamespace.SetUpAsync("link add many0 type veth peer name many1\nlink set many0 up\nlink set many1 up\n" + string.Concat(many));
        await OwnNamespace.SetUpAsync("route add 192.0.2.0/24 dev many0 proto static table 101\n");
        await _links.ReadAsync(Cancellation);
        var (allocated, begun) = (GC.GetTotalAllocatedBytes(), Stopwatch.GetTimestamp());
        await _links.ReadAsync(Cancellation);
        var (bytes, duration) = (GC.GetTotalAllocatedBytes() - allocated, Stopwatch.GetElapsedTime(begun));
        TestContext.Current.TestOutputHelper?.WriteLine($"A read with 10,000 routes: {bytes / 1024} KiB, {duration.TotalMilliseconds:0.0} ms.");
        // As records they are 4.6 MB.
        Assert.InRange(bytes, 0, 1024 * 1024);
        var churn = string.Concat(Enumerable.Repeat("route add 203.0.113.7 dev many0 proto bird\nroute del 203.0.113.7\n", 4000));
        var changing = OwnNamespace.SetUpAsync(churn);
        var reads = 0;
        do
        {
            var state = await _links.ReadAsync(Cancellation);
            var index = Named(state, "many0").Index;
            Assert.Single(state.Routes, route => route.LinkIndex == index && route.Protocol == bird);
            Assert.Contains(new Route(4, 101, "192.0.2.0/24", null, index, 0, 4), state.Routes);
            reads++;
        } while (!changing.IsCompleted);

        await changing;
        Assert.True(reads > 1);
    }

    [Fact(Explicit = true)]
    public async Task What_cloud_init_makes_for_a_further_interface_is_no_use_of_it_and_a_pods_rule_is()
    {
        await OwnNamespace.SetUpAsync(
            """
            link add home0 type veth peer name home1
            link add ens60 address 0a:00:00:00:00:60 type veth peer name ens61
            link set home0 up
            link set home1 up
            link set ens60 up
            link set ens61 up
            address add 10.6.0.5/24 dev home0
            address add 10.6.1.6/24 dev ens60
            route add default via 10.6.0.1 metric 100 proto dhcp
            route add default via 10.6.1.1 metric 200 proto dhcp
            route add default via 10.6.1.1 table 101 proto static
            route add 10.6.1.0/24 dev ens60 table 101 proto static
            rule add from 10.6.1.6 table 101 protocol static

            """
        );
        Assert.Null(await JudgeAsync());

        await OwnNamespace.SetUpAsync("rule add not from 10.6.1.6 table 101 priority 1999\n");
        Assert.Contains("1999", (await JudgeAsync())!.Message, StringComparison.Ordinal);
        await OwnNamespace.SetUpAsync("rule del priority 1999\nrule add from 10.6.1.7 table 101 priority 1536\n");
        Assert.Contains("1536", (await JudgeAsync())!.Message, StringComparison.Ordinal);
        await OwnNamespace.SetUpAsync("rule del priority 1536\n");
        Assert.Null(await JudgeAsync());

        // A subnet with IPv6 advertises a router to every interface.
        await OwnNamespace.SetUpAsync("route add default via fe80::1 dev ens60 proto ra metric 1024\n");
        Assert.Null(await JudgeAsync());
        Assert.Equal(Reasons.PrimaryInterface, (await JudgeAsync("10.6.0.5", "fd00:6::5"))?.Reason);
        await OwnNamespace.SetUpAsync("address add fd00:6::5/128 dev home0 nodad\nroute append default via fe80::1 dev home0 proto ra metric 1024\n");
        Assert.Null(await JudgeAsync("10.6.0.5", "fd00:6::5"));
        await OwnNamespace.SetUpAsync("route add default via fe80::2 dev ens60 metric 16\n");
        Assert.Equal(Reasons.PrimaryInterface, (await JudgeAsync("10.6.0.5", "fd00:6::5"))?.Reason);
    }

    private async Task<Blocker?> JudgeAsync(params string[] node)
    {
        var device = A.Device(interfaceName: "ens60");
        var facts = new SafetyFacts
        {
            Device = device,
            Host = new HostObservation(A.Boot, [device], await _links.ReadAsync(Cancellation), null),
            IsOurs = true,
            Slot = (1, 0),
            AssignedAddresses = ["10.6.1.6", "10.6.1.7"],
            NodeAddresses = node.Length > 0 ? node : ["10.6.0.5"],
        };
        return SafetyRules.CheckBind(facts, new SafetyPolicy());
    }

    [Fact(Explicit = true)]
    public async Task No_IPv6_route_is_missing_while_others_come_and_go()
    {
        const int steady = 150;
        const int passing = 1500;
        var steadyRoutes = Enumerable.Range(20, steady).Select(number => $"route add fd00:9:{number:x}::/64 dev torn0 proto {number}\n");
        var passingRoutes = Enumerable.Range(1, passing).Select(number => $"2001:db8:{number:x}::/64 dev torn0 proto bird\n").ToList();
        await OwnNamespace.SetUpAsync(
            "link add torn0 type veth peer name torn1\nlink set torn0 up\nlink set torn1 up\n"
                + string.Concat(steadyRoutes)
                + "route add default via fe80::1 dev torn0 proto ra metric 1024\n"
                + string.Concat(passingRoutes.Select(route => "route add " + route)),
            family: "inet6"
        );
        var comeAndGo =
            string.Concat(passingRoutes.Select(route => "route del " + route)) + string.Concat(passingRoutes.Select(route => "route add " + route));
        var changing = OwnNamespace.SetUpAsync(string.Concat(Enumerable.Repeat(comeAndGo, 40)), family: "inet6");
        var reads = 0;
        do
        {
            var state = await _links.ReadAsync(Cancellation);
            var index = Named(state, "torn0").Index;
            var protocols = state
                .Routes.Where(route => route.LinkIndex == index && route.Destination?.StartsWith("fd00:9:", StringComparison.Ordinal) == true)
                .Select(route => route.Protocol)
                .ToHashSet();
            Assert.Equal([], Enumerable.Range(20, steady).Where(protocol => !protocols.Contains(protocol)));
            Assert.Single(state.Routes, route => route is { Family: 6, Destination: null } && route.LinkIndex == index);
            reads++;
        } while (!changing.IsCompleted);

        await changing;
        Assert.True(reads > 1);
    }

    [Fact(Explicit = true)]
    public async Task Reads_stay_whole_while_links_come_and_go()
    {
        await OwnNamespace.SetUpAsync("link add steady0 type veth peer name steady1\n");
        var churn = string.Concat(Enumerable.Repeat("link add churn0 type veth peer name churn1\nlink del churn0\n", 40));
        var changing = OwnNamespace.SetUpAsync(churn);
        var reads = 0;
        while (!changing.IsCompleted)
        {
            var names = (await _links.ReadAsync(Cancellation)).Links.Select(link => link.Name).ToList();
            Assert.Contains("steady0", names);
            Assert.Equal(names.Count, names.Distinct(StringComparer.Ordinal).Count());
            reads++;
        }

        await changing;
        Assert.True(reads > 0);
    }

    private static Link Named(NetworkState state, string name) => Assert.Single(state.Links, link => link.Name == name);
}
