using CsCheck;
using MultiEni.Api;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Planning;

namespace MultiEni.Controller.Tests.Planning;

public sealed class PlannerTests
{
    private static readonly PlannedNode[] OneNode = [A.Node("node-1", "i-1")];

    [Fact]
    [Trait("weakness", "W9")]
    public void Every_matching_node_gets_an_attachment_in_each_subnet_of_its_own_zone()
    {
        var plan = Planner.Plan(
            A.PlanInput(
                A.NodeEni(),
                [A.Node("a", "i-a"), A.Node("b", "i-b", "eu-1b")],
                A.Network(A.Subnet("subnet-a1"), A.Subnet("subnet-b1", "eu-1b"), A.Subnet("subnet-a2"))
            )
        );

        Assert.Equal(
            [("a", "subnet-a1", 1), ("a", "subnet-a2", 2), ("b", "subnet-b1", 1)],
            plan.Apply.Select(a => (a.Spec!.NodeName, a.Spec.SubnetId, a.Spec.DeviceIndex)).Order()
        );
        Assert.Empty(plan.Problems);
        Assert.Equal(3, plan.Desired);
    }

    [Fact]
    public void Planning_again_with_what_exists_changes_nothing()
    {
        var network = A.Network(A.Subnet("subnet-a1"), A.Subnet("subnet-a2"));
        var first = Planner.Plan(A.PlanInput(A.NodeEni(), OneNode, network));

        var second = Planner.Plan(A.PlanInput(A.NodeEni(), OneNode, network, first.Apply));

        Assert.Empty(second.Apply);
        Assert.Empty(second.Delete);
    }

    [Fact]
    public void What_all_attachments_of_a_plan_say_alike_is_in_memory_once()
    {
        var plan = Planner.Plan(A.PlanInput(A.NodeEni(), [A.Node("a", "i-a"), A.Node("b", "i-b")], A.Network(A.Subnet("subnet-a1"))));

        var (one, other) = (plan.Apply[0], plan.Apply[1]);
        Assert.Same(one.Metadata.OwnerReferences, other.Metadata.OwnerReferences);
        Assert.Same(one.Metadata.Annotations, other.Metadata.Annotations);
        Assert.Same(one.Spec!.SecurityGroupIds, other.Spec!.SecurityGroupIds);
        Assert.Same(one.Spec.Device, other.Spec.Device);
        Assert.NotSame(one.Metadata.Labels, other.Metadata.Labels);
    }

    [Fact]
    [Trait("weakness", "W9")]
    public void A_zone_without_a_subnet_costs_no_call_and_is_reported()
    {
        var plan = Planner.Plan(A.PlanInput(A.NodeEni(), [A.Node("node-1", "i-1", "eu-1c")], A.Network(A.Subnet("subnet-a1"))));

        Assert.Empty(plan.Apply);
        var problem = Assert.Single(plan.Problems);
        Assert.Equal((Reasons.NoSubnetInZone, false), (problem.Reason, problem.Temporary));
        Assert.Contains("eu-1c", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [Trait("weakness", "W28")]
    [InlineData(null, Reasons.NodeWithoutProviderId)]
    [InlineData("", Reasons.NodeWithoutProviderId)]
    [InlineData("aws:///eu-1a/7f1c-0a/fargate-ip-10-0-0-1.internal", Reasons.NodeNotOnEc2)]
    [InlineData("eks-hybrid:///eu-1/cluster/mi-0123", Reasons.NodeNotOnEc2)]
    [InlineData("gce://project/zone/name", Reasons.NodeNotOnEc2)]
    [InlineData("aws:///eu-1a/mi-0123", Reasons.NodeNotOnEc2)]
    public void A_node_without_an_instance_gets_nothing_and_is_reported(string? providerId, string reason)
    {
        var node = PlannedNode.Of(
            new Node
            {
                Metadata = new() { Name = "n" },
                Spec = new() { ProviderID = providerId },
            }
        );

        var plan = Planner.Plan(A.PlanInput(A.NodeEni(), [node], A.Network(A.Subnet("subnet-a1"))));

        Assert.Empty(plan.Apply);
        Assert.Equal(reason, Assert.Single(plan.Problems).Reason);
    }

    [Fact]
    public void An_instance_type_that_is_full_gets_what_fits_and_the_rest_is_reported()
    {
        var plan = Planner.Plan(
            A.PlanInput(
                A.NodeEni(),
                OneNode,
                A.Network(A.Subnet("subnet-a1"), A.Subnet("subnet-a2"), A.Subnet("subnet-a3")),
                others: 1,
                limits: A.OneCard(4)
            )
        );

        Assert.Equal(2, plan.Apply.Count);
        Assert.Equal(Reasons.InstanceLimit, Assert.Single(plan.Problems).Reason);
    }

    [Fact]
    public void A_second_card_has_no_primary_interface()
    {
        var plan = Planner.Plan(
            A.PlanInput(
                A.NodeEni(spec: s => s.NetworkCardIndex = 1),
                OneNode,
                A.Network(A.Subnet("subnet-a1"), A.Subnet("subnet-a2")),
                limits: new InstanceTypeLimits("x", 4, [2, 2], 30)
            )
        );

        Assert.Equal(2, plan.Apply.Count);
    }

    [Fact]
    public void Device_index_0_means_1()
    {
        var plan = Planner.Plan(A.PlanInput(A.NodeEni(spec: s => s.DeviceIndex = 0), OneNode, A.Network(A.Subnet("subnet-a1"))));

        Assert.Equal(1, Assert.Single(plan.Apply).Spec!.DeviceIndex);
    }

    [Fact]
    public void One_PCI_address_is_not_given_to_two_ENIs_of_a_node()
    {
        var plan = Planner.Plan(
            A.PlanInput(A.NodeEni(spec: s => s.DpdkPciAddress = "0000:00:06.0"), OneNode, A.Network(A.Subnet("subnet-a1"), A.Subnet("subnet-a2")))
        );

        Assert.Single(plan.Apply);
        Assert.Equal(Reasons.InvalidSpec, Assert.Single(plan.Problems).Reason);
    }

    [Fact]
    public void Most_free_takes_one_subnet_and_stays_in_it_when_another_becomes_freer()
    {
        var nodeEni = A.NodeEni(spec: s => s.SubnetPolicy = SubnetPolicies.MostFree);
        var first = Planner.Plan(A.PlanInput(nodeEni, OneNode, A.Network(A.Subnet("subnet-a1", free: 5), A.Subnet("subnet-a2", free: 9))));
        Assert.Equal("subnet-a2", Assert.Single(first.Apply).Spec!.SubnetId);

        var second = Planner.Plan(
            A.PlanInput(nodeEni, OneNode, A.Network(A.Subnet("subnet-a1", free: 50), A.Subnet("subnet-a2", free: 1)), first.Apply)
        );

        Assert.Empty(second.Apply);
        Assert.Empty(second.Delete);
    }

    [Fact]
    public void A_removed_subnet_and_a_node_that_no_longer_matches_lose_their_attachments()
    {
        var before = Planner.Plan(
            A.PlanInput(A.NodeEni(), [A.Node("a", "i-a"), A.Node("b", "i-b")], A.Network(A.Subnet("subnet-a1"), A.Subnet("subnet-a2")))
        );

        var plan = Planner.Plan(A.PlanInput(A.NodeEni(), [A.Node("a", "i-a")], A.Network(A.Subnet("subnet-a1")), before.Apply));

        Assert.Equal(
            [("a", "subnet-a2"), ("b", "subnet-a1"), ("b", "subnet-a2")],
            plan.Delete.Select(a => (a.Spec!.NodeName, a.Spec.SubnetId)).Order()
        );
        Assert.Empty(plan.Apply);
    }

    [Fact]
    public void A_node_replaced_under_the_same_name_gets_a_new_attachment_and_the_old_one_goes()
    {
        var network = A.Network(A.Subnet("subnet-a1"));
        var before = Planner.Plan(A.PlanInput(A.NodeEni(), [A.Node("a", "i-1")], network));

        var plan = Planner.Plan(A.PlanInput(A.NodeEni(), [A.Node("a", "i-2")], network, before.Apply));

        Assert.Equal("i-2", Assert.Single(plan.Apply).Spec!.InstanceId);
        Assert.Equal("i-1", Assert.Single(plan.Delete).Spec!.InstanceId);
    }

    [Fact]
    public void Unresolved_subnets_take_nothing_away_from_nodes_that_still_match()
    {
        var before = Planner.Plan(A.PlanInput(A.NodeEni(), [A.Node("a", "i-a"), A.Node("b", "i-b")], A.Network(A.Subnet("subnet-a1"))));

        var plan = Planner.Plan(A.PlanInput(A.NodeEni(), [A.Node("a", "i-a")], network: null, before.Apply));

        Assert.Equal("b", Assert.Single(plan.Delete).Spec!.NodeName);
        Assert.Empty(plan.Apply);
    }

    [Fact]
    public void A_node_that_loses_the_label_of_its_zone_keeps_its_ENIs()
    {
        var network = A.Network(A.Subnet("subnet-a1"));
        var before = Planner.Plan(A.PlanInput(A.NodeEni(), OneNode, network)).Apply;
        PlannedNode[] unlabelled = [OneNode[0] with { Identity = new NodeIdentity.WithoutZone("i-1") }];

        var plan = Planner.Plan(A.PlanInput(A.NodeEni(), unlabelled, network, before));

        Assert.Empty(plan.Delete);
        Assert.Equal((Reasons.NodeWithoutProviderId, true), (plan.Problems[0].Reason, plan.Problems[0].Temporary));
    }

    [Fact]
    public void A_node_named_by_its_distribution_has_a_message_that_says_how_to_name_the_instance()
    {
        PlannedNode[] node = [OneNode[0] with { Identity = new NodeIdentity.NotEc2("k3s://ip-10-0-0-1") }];

        var problem = Assert.Single(Planner.Plan(A.PlanInput(A.NodeEni(), node, A.Network(A.Subnet("subnet-a1")))).Problems);

        Assert.Contains("k3s://ip-10-0-0-1", problem.Message, StringComparison.Ordinal);
        Assert.Contains("--provider-id=aws:///ZONE/INSTANCE", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_description_is_no_longer_than_EC2_takes()
    {
        var name = new string('n', 208);

        var attachment = Assert.Single(
            Planner.Plan(A.PlanInput(A.NodeEni(name), [A.Node(new string('h', 60), "i-1")], A.Network(A.Subnet("subnet-a1")))).Apply
        );

        Assert.Equal(255, attachment.Spec!.Description!.Length);
        Assert.StartsWith($"NodeENI {name} on node h", attachment.Spec.Description, StringComparison.Ordinal);
        Assert.EndsWith("...", attachment.Spec.Description, StringComparison.Ordinal);
    }

    [Fact]
    public void What_can_change_in_place_is_applied_and_what_cannot_is_replaced()
    {
        var network = A.Network(A.Subnet("subnet-a1"));
        var before = Planner.Plan(A.PlanInput(A.NodeEni(), OneNode, network)).Apply;

        (before[0].Metadata.Uid, before[0].Metadata.Generation) = ("uid-of-the-only", 4);
        var inPlace = Planner.Plan(A.PlanInput(A.NodeEni(spec: s => s.Mtu = 9001), OneNode, network, before));
        var replaced = Planner.Plan(A.PlanInput(A.NodeEni(spec: s => s.DeviceIndex = 3), OneNode, network, before));
        var grown = Planner.Plan(A.PlanInput(A.NodeEni(spec: s => s.SecondaryPrivateIpCount = 2), OneNode, network, before));
        var shrunk = Planner.Plan(A.PlanInput(A.NodeEni(), OneNode, network, grown.Apply));
        var six = A.NodeEni(spec: s => s.Ipv6AddressCount = 1);
        var sixBefore = Planner.Plan(A.PlanInput(six, OneNode, network)).Apply;
        var primary = Planner.Plan(
            A.PlanInput(A.NodeEni(spec: s => (s.Ipv6AddressCount, s.EnablePrimaryIpv6) = (1, true)), OneNode, network, sixBefore)
        );
        var noPrimary = Planner.Plan(A.PlanInput(six, OneNode, network, primary.Apply));

        Assert.Equal((1, 0), (inPlace.Apply.Count, inPlace.Delete.Count));
        Assert.Equal((before[0].Metadata.Uid!, 4), Assert.Single(inPlace.Changing));
        Assert.Equal((0, 1), (replaced.Apply.Count, replaced.Delete.Count));
        Assert.Equal((1, 0), (grown.Apply.Count, grown.Delete.Count));
        Assert.Equal((0, 1), (shrunk.Apply.Count, shrunk.Delete.Count));
        Assert.Equal((1, 0), (primary.Apply.Count, primary.Delete.Count));
        Assert.Equal((0, 1), (noPrimary.Apply.Count, noPrimary.Delete.Count));
    }

    [Theory]
    [InlineData(5, 1)]
    [InlineData(40, 4)]
    public void A_change_rolls_over_a_tenth_of_the_nodes_at_a_time(int nodes, int replacedAtOnce)
    {
        var network = A.Network(A.Subnet("subnet-a1"));
        var all = Enumerable.Range(0, nodes).Select(i => A.Node($"node-{i:000}", $"i-{i}")).ToList();
        var before = Planner.Plan(A.PlanInput(A.NodeEni(), all, network)).Apply;
        foreach (var attachment in before)
        {
            attachment.Status = new() { Conditions = [A.Condition(ConditionTypes.Ready, true)] };
            attachment.Metadata.Uid = attachment.Metadata.Name;
        }

        var plan = Planner.Plan(A.PlanInput(A.NodeEni(spec: s => s.DeviceIndex = 3), all, network, before));

        Assert.Equal(replacedAtOnce, plan.Delete.Count);
        Assert.Equal(nodes > replacedAtOnce, plan.HoldsBack);
        Assert.Equal(plan.Delete.Select(attachment => attachment.Spec!.NodeName).Order(), plan.InTheWay);
        Assert.Equal(nodes, plan.Outdated.Count);
        Assert.Empty(plan.Unwanted);
        before.First(a => a.Metadata.Name == plan.Delete[0].Metadata.Name).Metadata.DeletionTimestamp = A.Noon;
        Assert.Equal(replacedAtOnce - 1, Planner.Plan(A.PlanInput(A.NodeEni(spec: s => s.DeviceIndex = 3), all, network, before)).Delete.Count);
    }

    [Fact]
    public void The_next_node_waits_while_the_one_before_has_no_ENI_at_all()
    {
        var network = A.Network(A.Subnet("subnet-a1"));
        PlannedNode[] all = [A.Node("node-1", "i-1"), A.Node("node-2", "i-2")];
        var before = Planner.Plan(A.PlanInput(A.NodeEni(), all, network)).Apply;
        foreach (var attachment in before)
        {
            attachment.Status = new() { Conditions = [A.Condition(ConditionTypes.Ready, true)] };
        }

        var left = before.Where(a => a.Spec!.NodeName == "node-2").ToList();
        var plan = Planner.Plan(A.PlanInput(A.NodeEni(spec: s => s.DeviceIndex = 3), all, network, left));

        Assert.Equal("node-1", Assert.Single(plan.Apply).Spec!.NodeName);
        Assert.Empty(plan.Delete);
    }

    [Fact]
    public void A_subnet_added_together_with_an_immutable_change_does_not_take_all_nodes_away_at_once()
    {
        PlannedNode[] all = [A.Node("node-1", "i-1"), A.Node("node-2", "i-2"), A.Node("node-3", "i-3")];
        var before = Planner.Plan(A.PlanInput(A.NodeEni(), all, A.Network(A.Subnet("subnet-a1")))).Apply;
        foreach (var attachment in before)
        {
            attachment.Status = new() { Conditions = [A.Condition(ConditionTypes.Ready, true)] };
        }

        var network = A.Network(A.Subnet("subnet-a1"), A.Subnet("subnet-a2"));
        var plan = Planner.Plan(A.PlanInput(A.NodeEni(spec: s => s.DeviceIndex = 3), all, network, before));

        Assert.Equal(3, plan.Apply.Count);
        Assert.Empty(plan.Delete);
    }

    [Fact]
    public void A_NodeENI_under_deletion_takes_everything_away()
    {
        var network = A.Network(A.Subnet("subnet-a1"));
        var before = Planner.Plan(A.PlanInput(A.NodeEni(), OneNode, network)).Apply;
        var nodeEni = A.NodeEni();
        nodeEni.Metadata.DeletionTimestamp = A.Noon;

        var plan = Planner.Plan(A.PlanInput(nodeEni, OneNode, network, before));

        Assert.Single(plan.Delete);
        Assert.Equal(0, plan.Desired);
    }

    [Fact]
    public void Names_are_legal_and_differ_between_slots_and_incarnations() =>
        Gen.Select(Gen.String[Gen.Char['a', 'z'], 1, 250], Gen.Int[0, 1 << 30], Gen.String[Gen.Char['a', 'z'], 1, 20])
            .Sample(
                (nodeEni, instance, slot) =>
                {
                    var name = SlotName.Of(nodeEni, "uid", $"i-{instance:x17}", slot);
                    Assert.True(name.Length <= 63);
                    Assert.Matches("^[a-z]([a-z0-9-]*[a-z0-9])?$", name);
                    Assert.Equal(name, SlotName.Of(nodeEni, "uid", $"i-{instance:x17}", slot));
                    Assert.NotEqual(name, SlotName.Of(nodeEni, "uid", $"i-{instance:x17}", slot + "x"));
                    Assert.NotEqual(name, SlotName.Of(nodeEni, "uid2", $"i-{instance:x17}", slot));
                }
            );
}
