using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Planning;

namespace MultiEni.Controller.Tests.Planning;

/// <summary>
/// What does not fit is refused in the plan, where it costs no EC2 call: limits of instance types
/// and cards, addresses of subnets.
/// </summary>
public sealed class CapacityTests
{
    private static readonly PlannedNode[] OneNode = [A.Node("node-1", "i-1")];
    private static readonly ResolvedNetwork TwoSubnets = A.Network(A.Subnet("subnet-a1"), A.Subnet("subnet-a2"));

    // Type, networkCardIndex, ENIs of other NodeENIs on card 0, ENIs that fit of two.
    [Theory]
    [Trait("weakness", "W12")]
    [InlineData("t3.medium", 0, 0, 2)]
    [InlineData("t3.medium", 0, 1, 1)]
    [InlineData("t3.medium", 0, 2, 0)]
    [InlineData("m5.xlarge", 0, 2, 1)]
    [InlineData("p5.48xlarge", 0, 0, 1)]
    [InlineData("p5.48xlarge", 31, 1, 2)]
    [InlineData("p5.48xlarge", 32, 0, 0)]
    [InlineData("m5.xlarge", 1, 0, 0)]
    public void As_many_ENIs_as_the_card_takes_are_planned_and_the_rest_is_reported(string type, int card, int others, int fit)
    {
        var limits = Controller.Ec2.Limits.InstanceTypeTable.Types[type].Limits;

        var plan = Planner.Plan(
            A.PlanInput(A.NodeEni(spec: s => s.NetworkCardIndex = card), [A.Node("n", "i-1", type: type)], TwoSubnets, others: others, limits: limits)
        );

        Assert.Equal(fit, plan.Apply.Count);
        Assert.Equal(fit, plan.Desired);
        if (fit < 2)
        {
            var problem = Assert.Single(plan.Problems);
            Assert.Equal((Reasons.InstanceLimit, "n"), (problem.Reason, problem.NodeName));
            Assert.Contains(type, problem.Message, StringComparison.Ordinal);
            Assert.Contains("card", problem.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_limit_of_the_whole_instance_holds_when_its_cards_would_take_more()
    {
        var limits = new InstanceTypeLimits("x", 3, [2, 2], 30);

        var plan = Planner.Plan(A.PlanInput(A.NodeEni(spec: s => s.NetworkCardIndex = 1), OneNode, TwoSubnets, others: 1, limits: limits));

        Assert.Single(plan.Apply);
        Assert.Contains("x takes 3 ENIs", Assert.Single(plan.Problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_NodeENIs_that_were_planned_at_once_and_are_too_many_do_not_push_each_other_out()
    {
        var existing = Planner.Plan(A.PlanInput(A.NodeEni(), OneNode, TwoSubnets)).Apply;

        var plan = Planner.Plan(A.PlanInput(A.NodeEni(), OneNode, TwoSubnets, existing, others: 2, limits: A.OneCard(4)));

        Assert.Empty(plan.Delete);
        Assert.Equal(2, plan.Desired);
    }

    [Fact]
    public void A_place_that_is_becoming_free_is_waited_for()
    {
        var network = A.Network(A.Subnet("subnet-a1"));
        var leaving = Planner.Plan(A.PlanInput(A.NodeEni(), OneNode, network)).Apply;
        leaving[0].Metadata.DeletionTimestamp = A.Noon;

        var plan = Planner.Plan(A.PlanInput(A.NodeEni(), OneNode, A.Network(A.Subnet("subnet-a2")), leaving, limits: A.OneCard(2)));

        Assert.Empty(plan.Apply);
        Assert.True(Assert.Single(plan.Problems).Temporary);
    }

    // IPv6 addresses, prefixes, how many an ENI of the type holds, and whether there is one.
    [Theory]
    [InlineData(6, 0, 6, true)]
    [InlineData(7, 0, 6, false)]
    [InlineData(0, 7, 6, false)]
    [InlineData(1, 0, 0, false)]
    [InlineData(0, 0, 0, true)]
    [InlineData(99, 0, null, true)]
    public void More_IPv6_addresses_than_an_ENI_of_the_type_holds_are_refused_if_that_is_known(int addresses, int prefixes, int? most, bool comes)
    {
        var plan = Planner.Plan(
            A.PlanInput(
                A.NodeEni(spec: s => (s.Ipv6AddressCount, s.Ipv6PrefixCount) = (addresses, prefixes)),
                OneNode,
                A.Network(A.Subnet("subnet-a1")),
                limits: A.OneCard(3) with
                {
                    Ipv6PerEni = most,
                }
            )
        );

        Assert.Equal(comes ? 1 : 0, plan.Apply.Count);
        Assert.Equal(comes ? [] : [Reasons.InstanceLimit], plan.Problems.Select(problem => problem.Reason));
    }

    [Fact]
    public void More_addresses_than_an_ENI_of_the_type_holds_are_refused_with_both_numbers()
    {
        var plan = Planner.Plan(
            A.PlanInput(
                A.NodeEni(spec: s => s.SecondaryPrivateIpCount = 6),
                OneNode,
                A.Network(A.Subnet("subnet-a1")),
                limits: A.OneCard(3, addresses: 6)
            )
        );

        Assert.Empty(plan.Apply);
        var problem = Assert.Single(plan.Problems);
        Assert.Equal(Reasons.InstanceLimit, problem.Reason);
        Assert.Contains("holds 6 IPv4 addresses", problem.Message, StringComparison.Ordinal);
        Assert.Contains("7 are asked for", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_type_whose_limits_could_not_be_asked_gets_nothing_new_and_keeps_what_it_has()
    {
        var input = A.PlanInput(A.NodeEni(), OneNode, TwoSubnets) with { Limits = _ => null, LimitsUnavailable = "EC2 does not answer" };

        var plan = Planner.Plan(input);

        Assert.Empty(plan.Apply);
        Assert.All(plan.Problems, problem => Assert.Equal((Reasons.UnknownInstanceType, true), (problem.Reason, problem.Temporary)));
        Assert.Contains("EC2 does not answer", plan.Problems[0].Message, StringComparison.Ordinal);
        var existing = Planner.Plan(A.PlanInput(A.NodeEni(), OneNode, TwoSubnets)).Apply;
        Assert.Empty(Planner.Plan(input with { Existing = existing }).Delete);
    }

    [Fact]
    public void A_type_that_EC2_does_not_know_is_left_to_EC2() =>
        Assert.Equal(2, Planner.Plan(A.PlanInput(A.NodeEni(), OneNode, TwoSubnets) with { Limits = _ => null }).Apply.Count);

    // Free addresses, secondary addresses, prefixes, ENIs planned on three nodes.
    [Theory]
    [InlineData(2, 0, 0, 2)]
    [InlineData(0, 0, 0, 0)]
    [InlineData(11, 4, 0, 2)]
    [InlineData(33, 0, 1, 1)]
    [InlineData(51, 0, 1, 3)]
    public void Only_as_many_ENIs_are_planned_as_the_subnet_has_addresses_for(int free, int secondary, int prefixes, int planned)
    {
        PlannedNode[] nodes = [A.Node("a", "i-a"), A.Node("b", "i-b"), A.Node("c", "i-c")];
        var nodeEni = A.NodeEni(spec: s =>
        {
            s.SecondaryPrivateIpCount = secondary;
            s.Ipv4PrefixCount = prefixes;
        });

        var plan = Planner.Plan(A.PlanInput(nodeEni, nodes, A.Network(A.Subnet("subnet-a1", free: free))));

        Assert.Equal(planned, plan.Apply.Count);
        Assert.True(plan.UsesFreeAddresses);
        Assert.Equal(
            3 - planned,
            plan.Problems.Count(problem => problem.Reason == Reasons.SubnetFull && problem.Message.Contains("subnet-a1", StringComparison.Ordinal))
        );
    }

    // Free addresses, prefixes, the type of a reservation for 10.0.0.128/25, ENIs planned on three nodes.
    [Theory]
    [InlineData(3, 1, CidrReservation.Prefix, 3)]
    [InlineData(2, 1, CidrReservation.Prefix, 2)]
    [InlineData(0, 1, CidrReservation.Prefix, 0)]
    [InlineData(20, 1, CidrReservation.Explicit, 1)]
    [InlineData(0, 0, CidrReservation.Explicit, 0)]
    public void A_range_that_a_subnet_keeps_for_prefixes_is_not_counted_against_its_free_addresses(int free, int prefixes, string type, int planned)
    {
        PlannedNode[] nodes = [A.Node("a", "i-a"), A.Node("b", "i-b"), A.Node("c", "i-c")];
        var subnet = A.Subnet("subnet-a1", free: free) with { Reservations = [new("10.0.0.128/25", type)] };

        var plan = Planner.Plan(A.PlanInput(A.NodeEni(spec: s => s.Ipv4PrefixCount = prefixes), nodes, A.Network(subnet)));

        Assert.Equal(planned, plan.Apply.Count);
        Assert.Equal(planned < 3, plan.Problems.Any(problem => problem.Reason == Reasons.SubnetFull));
    }

    // The listed address, and whether an ENI is planned in a subnet that has none free.
    [Theory]
    [InlineData("10.0.0.200", true)]
    [InlineData("10.0.0.20", false)]
    public void A_named_address_of_a_range_that_a_subnet_keeps_for_named_ones_is_not_counted_either(string address, bool isPlanned)
    {
        var subnet = A.Subnet("subnet-a1", free: 0) with { Cidr = "10.0.0.0/24", Reservations = [new("10.0.0.128/25", CidrReservation.Explicit)] };

        var plan = Planner.Plan(A.PlanInput(A.NodeEni(spec: s => s.PrivateIpAddresses = [address]), OneNode, A.Network(subnet)));

        Assert.Equal(isPlanned ? [address] : [], plan.Apply.Select(attachment => attachment.Spec!.PrivateIpAddress!));
    }

    [Fact]
    public void A_full_subnet_does_not_keep_the_others_from_being_used()
    {
        var plan = Planner.Plan(
            A.PlanInput(A.NodeEni(), OneNode, A.Network(A.Subnet("subnet-a1", free: 0), A.Subnet("subnet-a2")), limits: A.OneCard(2))
        );

        Assert.Equal("subnet-a2", Assert.Single(plan.Apply).Spec!.SubnetId);
    }

    [Fact]
    public void An_ENI_that_the_Go_controller_left_needs_no_address()
    {
        var input = A.PlanInput(A.NodeEni(), OneNode, A.Network(A.Subnet("subnet-a1", free: 0)));

        Assert.Empty(Planner.Plan(input).Apply);
        Assert.Single(Planner.Plan(input with { IsAdoptable = (instance, subnet) => (instance, subnet) == ("i-1", "subnet-a1") }).Apply);
    }

    /// <summary>
    /// What an instance was launched with is not known when it is planned; the limits hold as usual,
    /// in which those ENIs count as the attachments that adopt them, once.
    /// </summary>
    [Fact]
    public void A_full_subnet_keeps_no_node_from_adopting_the_ENI_that_it_was_launched_with()
    {
        var nodeEni = A.NodeEni(spec: s => s.Adopt = true);
        var network = A.Network(A.Subnet("subnet-a1", free: 0), A.Subnet("subnet-a2", free: 0));

        var plan = Planner.Plan(A.PlanInput(nodeEni, OneNode, network, limits: A.OneCard(3)));

        Assert.Equal(2, plan.Apply.Count);
        Assert.All(plan.Apply, attachment => Assert.True(attachment.Spec!.Adopt));
        Assert.False(plan.UsesFreeAddresses);
        Assert.Single(Planner.Plan(A.PlanInput(nodeEni, OneNode, network, limits: A.OneCard(2))).Apply);
    }

    [Fact]
    public void Most_free_spreads_the_nodes_of_one_plan_over_the_subnets_as_their_addresses_go()
    {
        var nodes = Enumerable.Range(0, 6).Select(i => A.Node($"node-{i}", $"i-{i}")).ToList();
        var nodeEni = A.NodeEni(spec: s => s.SubnetPolicy = SubnetPolicies.MostFree);

        var plan = Planner.Plan(A.PlanInput(nodeEni, nodes, A.Network(A.Subnet("subnet-a1", free: 5), A.Subnet("subnet-a2", free: 3))));

        Assert.Equal([("subnet-a1", 4), ("subnet-a2", 2)], Counts(plan.Apply));
    }

    [Fact]
    public void What_other_NodeENIs_have_planned_and_EC2_does_not_count_yet_is_taken_off()
    {
        var others = Planner.Plan(A.PlanInput(A.NodeEni("other"), [A.Node("x", "i-x"), A.Node("y", "i-y")], A.Network(A.Subnet("subnet-a1")))).Apply;
        var nodeEni = A.NodeEni(spec: s => s.SubnetPolicy = SubnetPolicies.MostFree);
        var network = A.Network(A.Subnet("subnet-a1", free: 5), A.Subnet("subnet-a2", free: 4));

        var uncounted = Planner.Plan(A.PlanInput(nodeEni, OneNode, network, ofOthers: others));
        var counted = Planner.Plan(
            A.PlanInput(nodeEni, OneNode, network with { Counted = others.Select(other => other.Metadata.Name).ToHashSet() }, ofOthers: others)
        );

        Assert.Equal([("subnet-a2", 1)], Counts(uncounted.Apply));
        Assert.Equal([("subnet-a1", 1)], Counts(counted.Apply));
    }

    [Fact]
    public void A_plan_that_places_nothing_new_asks_for_no_addresses()
    {
        var existing = Planner.Plan(A.PlanInput(A.NodeEni(), OneNode, TwoSubnets)).Apply;

        var plan = Planner.Plan(
            A.PlanInput(A.NodeEni(), OneNode, A.Network(A.Subnet("subnet-a1", free: 0), A.Subnet("subnet-a2", free: 0)), existing)
        );

        Assert.False(plan.UsesFreeAddresses);
        Assert.Empty(plan.Problems);
        Assert.Empty(plan.Delete);
    }

    [Fact]
    public void An_instance_that_stays_full_asks_for_no_addresses_either()
    {
        var plan = Planner.Plan(
            A.PlanInput(A.NodeEni(spec: s => s.SubnetPolicy = SubnetPolicies.MostFree), OneNode, TwoSubnets, others: 7, limits: A.OneCard(8))
        );

        Assert.False(plan.UsesFreeAddresses);
        Assert.Equal(Reasons.InstanceLimit, Assert.Single(plan.Problems).Reason);
    }

    [Fact]
    public void Most_free_goes_around_a_subnet_without_room_whatever_number_of_free_addresses_it_tells()
    {
        var nodeEni = MostFree();
        var network = A.Network(A.Subnet("subnet-a1", free: 200), A.Subnet("subnet-a2", free: 50));

        var choice = Planner.Plan(A.PlanInput(nodeEni, OneNode, network) with { HasNoRoom = subnet => subnet == "subnet-a1" });
        var none = Planner.Plan(A.PlanInput(nodeEni, OneNode, network) with { HasNoRoom = _ => true });

        Assert.Equal([("subnet-a2", 1)], Counts(choice.Apply));
        Assert.Equal([("subnet-a1", 1)], Counts(none.Apply));
    }

    // State of the ENI on record, whether EC2 shows it, addresses free in the sibling, whether the
    // sibling has no room either, whether the attachment makes way.
    [Theory]
    [InlineData(null, false, 50, false, true)]
    [InlineData(EniState.Pending, false, 50, false, true)]
    [InlineData(null, true, 50, false, false)]
    [InlineData(EniState.Attached, false, 50, false, false)]
    [InlineData(null, false, 3, false, false)]
    [InlineData(null, false, 50, true, false)]
    public void An_ENI_that_cannot_be_created_in_its_subnet_moves_to_a_sibling_with_room(
        string? state,
        bool made,
        int free,
        bool siblingRefused,
        bool moves
    )
    {
        var nodeEni = MostFree(prefixes: 1);
        var existing = Planner.Plan(A.PlanInput(nodeEni, OneNode, A.Network(A.Subnet("subnet-a1")))).Apply;
        existing[0].Status = new() { Network = state is null ? null : new NetworkStatus { EniId = "eni-1", State = state } };
        var network = A.Network(A.Subnet("subnet-a1", free: 200), A.Subnet("subnet-a2", free: free));

        var plan = Planner.Plan(
            A.PlanInput(nodeEni, OneNode, network, existing) with
            {
                HasNoRoom = subnet => subnet == "subnet-a1" || siblingRefused,
                IsMade = name => made && name == existing[0].Metadata.Name,
            }
        );

        Assert.Equal(moves ? 1 : 0, plan.Delete.Count);
        if (moves)
        {
            var after = Planner.Plan(A.PlanInput(nodeEni, OneNode, network) with { HasNoRoom = subnet => subnet == "subnet-a1" });
            Assert.Equal([("subnet-a2", 1)], Counts(after.Apply));
        }
    }

    [Fact]
    public void A_subnet_with_IPv6_only_is_never_full()
    {
        var network = A.Network(A.Subnet("subnet-a1", free: 0) with { Cidr = "", Ipv6Native = true });
        var nodes = Enumerable.Range(0, 6).Select(i => A.Node($"node-{i}", $"i-{i}")).ToList();

        var plan = Planner.Plan(A.PlanInput(A.NodeEni(), nodes, network));

        Assert.Equal([("subnet-a1", 6)], Counts(plan.Apply));
        Assert.Empty(plan.Problems);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(0, 1)]
    public void IPv4_addresses_in_a_subnet_with_IPv6_only_are_refused_with_the_fields(int secondary, int prefixes)
    {
        var nodeEni = A.NodeEni(spec: s => (s.SecondaryPrivateIpCount, s.Ipv4PrefixCount) = (secondary, prefixes));

        var plan = Planner.Plan(A.PlanInput(nodeEni, OneNode, A.Network(A.Subnet("subnet-a1") with { Ipv6Native = true })));

        Assert.Empty(plan.Apply);
        var problem = Assert.Single(plan.Problems);
        Assert.Equal((Reasons.InvalidSpec, false), (problem.Reason, problem.Temporary));
        Assert.Contains("spec.ipv4PrefixCount", problem.Message, StringComparison.Ordinal);
    }

    private static NodeEni MostFree(int prefixes = 0) =>
        A.NodeEni(spec: s =>
        {
            s.SubnetPolicy = SubnetPolicies.MostFree;
            s.Ipv4PrefixCount = prefixes;
        });

    private static IEnumerable<(string, int)> Counts(IReadOnlyList<EniAttachment> attachments) =>
        attachments.GroupBy(attachment => attachment.Spec!.SubnetId).Select(group => (group.Key, group.Count())).Order();
}
