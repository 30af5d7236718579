using MultiEni.Api;
using MultiEni.Manager.Host;
using MultiEni.Manager.Links;

namespace MultiEni.Manager.Tests.Links;

public sealed class LinkDecisionTests
{
    private const int Table = 21_001;
    private static readonly Link Eni = A.Link(3, "ens6", A.Mac.ToString());
    private static readonly Link Other = A.Link(4, "ens7", A.OtherMac.ToString());
    private static readonly LinkPlan Named = new() { Names = ["eni-a", "nodeeni-data"] };

    private static readonly LinkPlan Addressed = new()
    {
        Addresses = new HostAddressPlan { Addresses = ["10.0.1.6", "10.0.1.7", "2001:db8::6"], SubnetCidr = "10.0.1.0/24" },
    };

    private static LinkFacts Facts(IEnumerable<Link>? links = null, LinkChangesOf? record = null) =>
        new()
        {
            Table = Table,
            Network = A.Host([A.Device()], links ?? [Eni]).Network,
            Record = record ?? new LinkChangesOf(),
            ReversePathFilter = "1",
        };

    private static LinkVerdict Decide(LinkPlan plan, LinkFacts facts, Link? link = null) => LinkDecision.Decide(plan, link ?? Eni, facts);

    private static IEnumerable<string> Texts(LinkVerdict verdict) =>
        verdict.Operations.Select(operation =>
            operation switch
            {
                LinkOperation.Add add => $"add {add.Item}",
                LinkOperation.Remove remove => $"remove {remove.Item}",
                LinkOperation.SetReversePathFilter filter => $"rp_filter {filter.Value}",
                _ => "",
            }
        );

    /// <summary>The stack after the operations.</summary>
    private static LinkFacts After(LinkFacts facts, LinkVerdict verdict)
    {
        var network = facts.Network;
        var filter = facts.ReversePathFilter;
        foreach (var operation in verdict.Operations)
        {
            network = operation switch
            {
                LinkOperation.Add { Item: NetworkItem.AlternativeName name } => With(network, name, [name.Name]),
                LinkOperation.Remove { Item: NetworkItem.AlternativeName name } => With(network, name, []),
                LinkOperation.Add { Item: NetworkItem.Address item } => network with { Addresses = [.. network.Addresses, item.Value] },
                LinkOperation.Remove { Item: NetworkItem.Address item } => network with
                {
                    Addresses = [.. network.Addresses.Where(address => address.Address != item.Value.Address)],
                },
                LinkOperation.Add { Item: NetworkItem.Path item } => network with { Routes = [.. network.Routes, item.Value] },
                LinkOperation.Remove { Item: NetworkItem.Path item } => network with
                {
                    Routes = [.. network.Routes.Where(route => route != item.Value)],
                },
                LinkOperation.Add { Item: NetworkItem.Rule item } => network with { Rules = [.. network.Rules, item.Value] },
                LinkOperation.Remove { Item: NetworkItem.Rule item } => network with { Rules = [.. network.Rules.Where(rule => rule != item.Value)] },
                _ => network,
            };
            filter = operation is LinkOperation.SetReversePathFilter set ? set.Value : filter;
        }

        return facts with
        {
            Network = network,
            ReversePathFilter = filter,
            Record = facts.Record.Before(verdict.Operations).After(verdict.Operations) with { LinkIndex = 3 },
        };
    }

    private static NetworkState With(NetworkState network, NetworkItem.AlternativeName changed, string[] added) =>
        network with
        {
            Links =
            [
                .. network.Links.Select(link =>
                    link.Index == changed.LinkIndex
                        ? link with
                        {
                            AlternativeNames = [.. link.AlternativeNames.Where(name => name != changed.Name), .. added],
                        }
                        : link
                ),
            ],
        };

    private static Link EniOf(LinkFacts facts) => facts.Network.Links.Single(link => link.Index == 3);

    [Fact]
    public void A_link_gets_the_names_that_it_lacks_and_is_then_left_alone()
    {
        var facts = Facts();
        var verdict = Decide(Named, facts);
        Assert.Equal(["add the alternative name eni-a", "add the alternative name nodeeni-data"], Texts(verdict));
        var after = After(facts, verdict);
        Assert.Empty(Decide(Named, after, EniOf(after)).Operations);
    }

    [Fact]
    public void A_name_of_ours_that_is_out_of_date_goes_and_one_of_others_stays()
    {
        var named = Eni with { AlternativeNames = ["enp0s6", "nodeeni-old", "eni-a", "eni-noted", "eni-udev"] };
        var verdict = Decide(Named, Facts([named], new LinkChangesOf { Names = ["eni-noted"] }), named);
        Assert.Equal(
            ["remove the alternative name nodeeni-old", "remove the alternative name eni-noted", "add the alternative name nodeeni-data"],
            Texts(verdict)
        );
    }

    [Fact]
    public void A_name_that_another_link_has_is_not_asked_for_and_the_other_link_is_named()
    {
        var verdict = Decide(Named, Facts([Eni, Other with { AlternativeNames = ["nodeeni-data"] }]));
        Assert.Equal(["add the alternative name eni-a"], Texts(verdict));
        Assert.Contains("ens7 has it", verdict.Remark, StringComparison.Ordinal);
        Assert.Null(verdict.Blocker);
    }

    [Fact]
    public void A_name_that_the_kernel_did_not_take_is_not_asked_for_again_and_said()
    {
        var refused = new Dictionary<string, string> { ["eni-a"] = "too old.", ["nodeeni-data"] = "too old." };
        var verdict = Decide(Named, Facts() with { RefusedNames = refused });
        Assert.Empty(verdict.Operations);
        Assert.Contains("too old.", verdict.Remark, StringComparison.Ordinal);
    }

    [Fact]
    public void An_ENIs_addresses_get_a_table_of_their_own_and_the_main_table_stays_as_it_is()
    {
        var facts = Facts();
        var verdict = Decide(Addressed, facts);
        Assert.Equal(
            [
                "rp_filter 2",
                "add the address 10.0.1.6/32",
                "add the address 10.0.1.7/32",
                "add the address 2001:db8::6/128",
                "add the route to 10.0.1.0/24 in table 21001",
                "add the route to everywhere in table 21001",
                "add the rule from 10.0.1.6/32 to table 21001",
                "add the rule from 10.0.1.7/32 to table 21001",
                "add the rule from 2001:db8::6/128 to table 21001",
            ],
            Texts(verdict)
        );
        Assert.Contains(
            new LinkOperation.Add(new NetworkItem.Path(new Route(4, Table, null, "10.0.1.1", 3, 512, OwnProtocol.Number))),
            verdict.Operations
        );
        var after = After(facts, verdict);
        Assert.Empty(Decide(Addressed, after).Operations);
        Assert.Equal(facts.Network.Routes.Where(route => route.Table == 254), after.Network.Routes.Where(route => route.Table == 254));
    }

    [Fact]
    public void The_router_of_IPv6_is_the_one_that_announces_itself_on_the_link()
    {
        var facts = Facts();
        facts = facts with { Network = facts.Network with { Routes = [.. facts.Network.Routes, new Route(6, 254, null, "fe80::1", 3, 1024, 9)] } };
        var verdict = Decide(Addressed, facts);
        Assert.Contains(
            new LinkOperation.Add(new NetworkItem.Path(new Route(6, Table, null, "fe80::1", 3, 512, OwnProtocol.Number))),
            verdict.Operations
        );

        // Once known it is kept: the announcement's own route may expire first.
        var after = After(facts, verdict);
        after = after with { Network = after.Network with { Routes = [.. after.Network.Routes.Where(route => route.Protocol != 9)] } };
        Assert.Empty(Decide(Addressed, after).Operations);
    }

    [Fact]
    public void What_is_taken_away_is_put_back_and_what_is_too_much_goes()
    {
        var facts = Facts();
        var after = After(facts, Decide(Addressed, facts));
        var lost = after with
        {
            Network = after.Network with
            {
                Rules = [.. after.Network.Rules.Where(rule => rule.Source != "10.0.1.7/32")],
                Routes = [.. after.Network.Routes, new Route(4, 21_005, null, "10.0.1.1", 3, 512, OwnProtocol.Number)],
            },
        };
        Assert.Equal(
            ["remove the route to everywhere in table 21005", "add the rule from 10.0.1.7/32 to table 21001"],
            Texts(Decide(Addressed, lost))
        );
    }

    [Fact]
    public void All_of_it_goes_and_what_was_there_before_is_there_again()
    {
        var facts = Facts();
        var after = After(facts, Decide(Addressed, facts));
        var undone = After(after, Decide(LinkPlan.Nothing, after));
        Assert.Equal(facts.Network.Addresses, undone.Network.Addresses);
        Assert.Equal(facts.Network.Routes, undone.Network.Routes);
        Assert.Equal(facts.Network.Rules, undone.Network.Rules);
        Assert.Equal(facts.ReversePathFilter, undone.ReversePathFilter);
        Assert.True(undone.Record.IsEmpty);
        Assert.Empty(Decide(LinkPlan.Nothing, undone).Operations);
    }

    [Fact]
    public void Of_a_link_that_is_gone_the_rules_are_left_and_go()
    {
        var facts = Facts();
        var after = After(facts, Decide(Addressed, facts));
        var gone = after with { Network = after.Network with { Links = [], Addresses = [], Routes = [] } };
        Assert.Equal(3, LinkDecision.Decide(LinkPlan.Nothing, null, gone).Operations.Count);
        Assert.Equal(3, LinkDecision.Decide(Addressed, null, gone).Operations.Count);
    }

    public static TheoryData<string, string> OtherOwners =>
        new()
        {
            { "address", "192.0.2.9/24" },
            { "dhcp", "a DHCP client" },
            { "rule", "nodeadm" },
            { "cni", "the VPC CNI" },
            { "table", "its table 21001" },
        };

    [Theory]
    [MemberData(nameof(OtherOwners))]
    public void A_link_that_somebody_else_configures_is_left_alone_and_the_other_is_named(string how, string words)
    {
        var facts = Facts();
        var network = facts.Network;
        var foreign = new LinkAddress(3, how == "address" ? "192.0.2.9" : "10.0.1.6", 24);
        network = how switch
        {
            "address" => network with { Addresses = [.. network.Addresses, foreign] },
            "dhcp" => network with
            {
                Addresses = [.. network.Addresses, foreign],
                Routes = [.. network.Routes, new Route(4, 254, null, "10.0.1.1", 3, 613, 16)],
            },
            "rule" => network with { Rules = [new RoutingRule(4, 32765, "10.0.1.6/32", 10_101) { Protocol = 4 }] },
            "cni" => network with { Rules = [new RoutingRule(4, 1536, "10.0.1.7/32", 2) { Protocol = 3 }] },
            _ => network with { Routes = [.. network.Routes, new Route(4, Table, null, "10.9.0.1", 2, 0, 3)] },
        };
        var verdict = Decide(Addressed, facts with { Network = network });
        Assert.Empty(verdict.Operations);
        Assert.Equal(Reasons.LinkConfiguredElsewhere, verdict.Blocker?.Reason);
        Assert.Contains(words, verdict.Blocker?.Message, StringComparison.Ordinal);
        Assert.Contains("ens6", verdict.Blocker?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_address_without_a_maker_is_ours_only_by_the_record()
    {
        var network = Facts().Network;
        network = network with { Addresses = [.. network.Addresses, new LinkAddress(3, "10.0.1.6", 32)] };
        var record = new LinkChangesOf { LinkIndex = 3, Addresses = ["10.0.1.6"] };
        Assert.NotNull(Decide(Addressed, Facts() with { Network = network }).Blocker);
        Assert.DoesNotContain("add the address 10.0.1.6/32", Texts(Decide(Addressed, Facts(record: record) with { Network = network })));
        Assert.Empty(Decide(LinkPlan.Nothing, Facts() with { Network = network }).Operations);
        Assert.Equal(["remove the address 10.0.1.6/32"], Texts(Decide(LinkPlan.Nothing, Facts(record: record) with { Network = network })));
    }

    [Fact]
    public void Rules_and_routes_of_no_ENI_of_the_node_are_found_and_no_others()
    {
        var facts = Facts();
        var network = After(facts, Decide(Addressed, facts)).Network;
        network = network with { Rules = [.. network.Rules, new RoutingRule(4, 512, "10.0.1.6/32", 2) { Protocol = 3 }] };
        Assert.Empty(LinkSweep.Find(network, new HashSet<int> { Table }));
        var found = LinkSweep.Find(network, new HashSet<int>());
        Assert.Equal(5, found.Count);
        Assert.IsType<NetworkItem.Rule>(found[0]);
    }
}
