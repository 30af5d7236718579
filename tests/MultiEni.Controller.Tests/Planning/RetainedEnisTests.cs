using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Planning;

namespace MultiEni.Controller.Tests.Planning;

public sealed class RetainedEnisTests
{
    private static readonly ResolvedNetwork OneSubnet = A.Network(A.Subnet("subnet-a1"));
    private static readonly ResolvedNetwork TwoSubnets = A.Network(A.Subnet("subnet-a1", free: 5), A.Subnet("subnet-a2", free: 50));

    [Fact]
    public void Nodes_take_different_ENIs_of_their_subnet_and_one_without_gets_a_new_one()
    {
        var plan = Plan(Retaining(), OneSubnet, ["x", "y", "z"], [Row("eni-2"), Row("eni-1"), Row("eni-0", subnet: "subnet-a2")]);

        Assert.Equal(["eni-1", "eni-2", null], Claims(plan));
    }

    [Fact]
    public void A_claim_stays_whatever_comes_to_lie_about_and_is_given_up_when_its_ENI_does_not()
    {
        var first = Plan(Retaining(), OneSubnet, ["x"], [Row("eni-5")]);

        Assert.Empty(Plan(Retaining(), OneSubnet, ["x"], [Row("eni-1"), Row("eni-5")], first.Apply).Apply);
        Assert.Equal(["eni-1", "eni-5"], Claims(Plan(Retaining(), OneSubnet, ["x", "y"], [Row("eni-1"), Row("eni-5")], first.Apply), first).Order());
        Assert.Equal([null], Claims(Plan(Retaining(), OneSubnet, ["x"], [], first.Apply)));
        Assert.Equal(["eni-1"], Claims(Plan(Retaining(), OneSubnet, ["x"], [Row("eni-1")], first.Apply)));
    }

    [Fact]
    public void An_attachment_that_has_its_ENI_claims_no_other_and_is_not_written_again()
    {
        var first = Plan(Retaining(), OneSubnet, ["x"], [Row("eni-5")]);

        var plan = Plan(Retaining(), OneSubnet, ["x", "y"], [Row("eni-5")], first.Apply, isMade: true);

        // The first one was made meanwhile: what it claimed is anybody's.
        var other = Assert.Single(plan.Apply);
        Assert.Equal(("y", "eni-5"), (other.Spec!.NodeName, other.Spec.RetainedEni));
        Assert.Empty(Plan(Retaining(), OneSubnet, ["x"], [], first.Apply, isMade: true).Apply);
    }

    [Fact]
    public void One_that_waits_for_an_address_takes_an_ENI_that_has_come_free()
    {
        var before = Plan(Retaining(), OneSubnet, ["x"], []).Apply;

        Assert.Equal(["eni-1"], Claims(Plan(Retaining(), OneSubnet, ["x"], [Row("eni-1")], before)));
    }

    [Fact]
    public void A_node_that_comes_back_has_its_own_and_one_of_the_same_name_that_of_its_predecessor()
    {
        var slot = Assert.Single(Plan(Retaining(), OneSubnet, ["y"], []).Apply).Metadata.Name;

        var back = Plan(Retaining(), OneSubnet, ["x", "y"], [Row("eni-1", slot: slot), Row("eni-2")]);
        var named = Plan(Retaining(), OneSubnet, ["x", "y"], [Row("eni-1", node: "y"), Row("eni-2", node: "gone"), Row("eni-3", node: "x")]);

        Assert.Equal(["eni-2", "eni-1"], Claims(back));
        Assert.Equal(["eni-3", "eni-1"], Claims(named));
    }

    [Fact]
    public void Nothing_is_given_to_a_slot_that_would_leave_a_returning_node_without_its_own()
    {
        var slot = Assert.Single(Plan(Retaining(), OneSubnet, ["y"], []).Apply).Metadata.Name;

        Assert.Equal([null, "eni-1"], Claims(Plan(Retaining(), OneSubnet, ["x", "y"], [Row("eni-1", slot: slot)])));
    }

    [Fact]
    public void A_full_subnet_does_not_keep_a_node_from_an_ENI_that_is_there()
    {
        var full = A.Network(A.Subnet("subnet-a1", free: 0));

        var plan = Plan(Retaining(), full, ["x", "y"], [Row("eni-1")]);

        Assert.Equal(["eni-1"], Claims(plan));
        Assert.Equal(Reasons.SubnetFull, Assert.Single(plan.Problems).Reason);
    }

    [Fact]
    public void The_subnet_with_a_retained_ENI_is_chosen_before_the_one_with_the_most_free_addresses()
    {
        var nodeEni = Retaining(s => s.SubnetPolicy = SubnetPolicies.MostFree);

        var plan = Plan(nodeEni, TwoSubnets, ["x", "y"], [Row("eni-1")]);

        Assert.Equal([("subnet-a1", "eni-1"), ("subnet-a2", null)], plan.Apply.Select(made => (made.Spec!.SubnetId, made.Spec.RetainedEni)));
    }

    [Fact]
    public void With_MostFree_a_node_that_comes_back_has_its_own_wherever_most_is_free()
    {
        var nodeEni = Retaining(s => s.SubnetPolicy = SubnetPolicies.MostFree);
        var slot = Assert.Single(Plan(nodeEni, TwoSubnets, ["x"], []).Apply).Metadata.Name;

        var plan = Plan(nodeEni, TwoSubnets, ["x"], [Row("eni-2", subnet: "subnet-a2"), Row("eni-1", slot: slot)]);

        var back = Assert.Single(plan.Apply).Spec!;
        Assert.Equal(("subnet-a1", "eni-1"), (back.SubnetId, back.RetainedEni));
    }

    [Fact]
    public void With_MostFree_a_full_subnet_does_not_end_a_claim()
    {
        var nodeEni = Retaining(s => s.SubnetPolicy = SubnetPolicies.MostFree);
        var before = Plan(nodeEni, TwoSubnets, ["x"], [Row("eni-1")]).Apply;
        var input = A.PlanInput(nodeEni, [A.Node("x", "i-x")], TwoSubnets, before) with { Retained = [Row("eni-1")] };

        var plan = Planner.Plan(input with { HasNoRoom = subnet => subnet == "subnet-a1" });

        Assert.Empty(plan.Apply);
        Assert.Empty(plan.Delete);
    }

    [Fact]
    public void A_claim_ends_when_the_attachment_has_got_another_ENI()
    {
        var first = Plan(Retaining(), OneSubnet, ["x"], [Row("eni-5")]).Apply;
        IReadOnlyList<EniAttachment> With(string has) => [first[0] with { Status = new() { Network = new() { EniId = has } } }];

        Assert.Empty(Plan(Retaining(), OneSubnet, ["x"], [], With("eni-5"), isMade: true).Apply);
        Assert.Equal([null], Claims(Plan(Retaining(), OneSubnet, ["x"], [Row("eni-5")], With("eni-new"), isMade: true)));
    }

    [Fact]
    public void A_claim_ends_when_the_ENIs_own_node_is_back()
    {
        var slot = Assert.Single(Plan(Retaining(), OneSubnet, ["y"], []).Apply).Metadata.Name;
        var before = Plan(Retaining(), OneSubnet, ["x"], [Row("eni-1", slot: slot)]).Apply;
        Assert.Equal("eni-1", Assert.Single(before).Spec!.RetainedEni);

        var plan = Plan(Retaining(), OneSubnet, ["x", "y"], [Row("eni-1", slot: slot)], before);

        Assert.Equal(
            [("x", null), ("y", "eni-1")],
            plan.Apply.Select(made => (made.Spec!.NodeName, made.Spec.RetainedEni)).OrderBy(made => made.NodeName, StringComparer.Ordinal)
        );
    }

    [Fact]
    public void A_listed_address_comes_with_the_ENI_that_holds_it()
    {
        var nodeEni = Retaining(s => s.PrivateIpAddresses = ["10.0.0.20", "10.0.0.21", "10.0.0.22"]);

        var plan = Plan(nodeEni, OneSubnet, ["x", "y", "z"], [Row("eni-1", address: "10.0.0.21"), Row("eni-2", address: "10.0.0.99")]);

        Assert.Equal(
            [("10.0.0.21", "eni-1"), ("10.0.0.20", null), ("10.0.0.22", null)],
            plan.Apply.Select(made => (made.Spec!.PrivateIpAddress, made.Spec.RetainedEni))
        );
    }

    [Fact]
    public void One_that_was_promised_an_address_takes_only_the_ENI_that_holds_it()
    {
        var nodeEni = Retaining(s => s.PrivateIpAddresses = ["10.0.0.20", "10.0.0.21"]);
        var before = Plan(nodeEni, OneSubnet, ["x"], []).Apply;

        var plan = Plan(nodeEni, OneSubnet, ["x", "y"], [Row("eni-1", address: "10.0.0.21"), Row("eni-2", address: "10.0.0.20")], before);

        Assert.Equal(
            [("x", "10.0.0.20", "eni-2"), ("y", "10.0.0.21", "eni-1")],
            plan.Apply.Select(made => (made.Spec!.NodeName, made.Spec.PrivateIpAddress, made.Spec.RetainedEni))
        );
    }

    [Fact]
    public void An_Elastic_IP_goes_with_its_ENI_and_to_no_other()
    {
        var nodeEni = Retaining(s => s.ElasticIps = new() { AllocationIds = ["e1", "e2", "e3"] });
        var rows = new[] { Row("eni-1", elasticIp: "e3"), Row("eni-2", elasticIp: "e1", subnet: "subnet-b1") };

        var plan = Plan(nodeEni, OneSubnet, ["x", "y", "z"], rows, elasticIps: new ElasticIps.Known(["e1", "e2", "e3"]));
        var unknown = Plan(nodeEni, OneSubnet, ["x"], rows, elasticIps: new ElasticIps.Unknown("throttled"));

        Assert.Equal(["e3", "e2", null], plan.Apply.Select(made => made.Spec!.ElasticIp?.AllocationId));
        Assert.Equal(Reasons.NoElasticIpLeft, Assert.Single(plan.Problems).Reason);
        // It stays on the ENI; whether it is one of the list is not known.
        Assert.Null(Assert.Single(unknown.Apply).Spec!.ElasticIp);
        Assert.Equal(Reasons.ElasticIpsUnavailable, Assert.Single(unknown.Problems).Reason);
    }

    [Fact]
    public void An_Elastic_IP_that_is_not_listed_may_be_somebody_elses_and_is_left_on_the_ENI()
    {
        var nodeEni = Retaining(s => s.ElasticIps = new() { AllocationIds = ["e2"] });

        var plan = Plan(nodeEni, OneSubnet, ["x"], [Row("eni-1", elasticIp: "e1")], elasticIps: new ElasticIps.Known(["e2"]));

        Assert.Equal(new ElasticIpSpec { AllocationId = "e2" }, Assert.Single(plan.Apply).Spec!.ElasticIp);
    }

    private static NodeEni Retaining(Action<NodeEniSpec>? spec = null) =>
        A.NodeEni(spec: s =>
        {
            (s.RetainPolicy, s.DeleteOnTermination) = (RetainPolicies.Retain, false);
            spec?.Invoke(s);
        });

    private static Plan Plan(
        NodeEni nodeEni,
        ResolvedNetwork network,
        string[] nodes,
        IReadOnlyList<EniRow> retained,
        IReadOnlyList<EniAttachment>? existing = null,
        bool isMade = false,
        ElasticIps? elasticIps = null
    ) =>
        Planner.Plan(
            A.PlanInput(nodeEni, [.. nodes.Select(node => A.Node(node, $"i-{node}"))], network, existing) with
            {
                Retained = retained,
                IsMade = _ => isMade,
                ElasticIps = elasticIps ?? ElasticIps.None,
            }
        );

    private static IEnumerable<string?> Claims(params Plan[] plans) =>
        plans.SelectMany(plan => plan.Apply).Select(attachment => attachment.Spec!.RetainedEni);

    private static EniRow Row(
        string id,
        string subnet = "subnet-a1",
        string slot = "of-a-former-node",
        string node = "former",
        string address = "10.0.0.9",
        string? elasticIp = null
    )
    {
        var row = A.Row(id);
        return row with
        {
            SubnetId = subnet,
            PrivateIps = [address],
            ElasticIp = elasticIp is null ? null : new(elasticIp, "eipassoc-1", "192.0.2.1"),
            Tags = new Dictionary<string, string>(row.Tags)
            {
                [EniTags.Slot] = slot,
                [EniTags.Node] = node,
                [EniTags.NodeEni] = "multus",
            },
        };
    }
}
