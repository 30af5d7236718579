using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Planning;

namespace MultiEni.Controller.Tests.Planning;

public sealed class FixedAddressesTests
{
    [Fact]
    public void Each_ENI_gets_the_smallest_free_address_of_its_subnet()
    {
        var plan = Plan(["10.0.0.20", "10.0.0.3", "10.9.9.9"], nodes: 2);

        Assert.Equal(["10.0.0.20", "10.0.0.3"], plan.Apply.Select(attachment => attachment.Spec!.PrivateIpAddress).Order(StringComparer.Ordinal));
        Assert.Empty(plan.Problems);
    }

    [Fact]
    public void With_none_left_no_ENI_is_created_and_the_node_says_why()
    {
        var plan = Plan(["10.0.0.20"], nodes: 2);

        Assert.Single(plan.Apply);
        Assert.Equal(Reasons.NoAddressLeft, Assert.Single(plan.Problems).Reason);
    }

    [Fact]
    public void An_ENI_keeps_its_address_whatever_is_listed_beside_it()
    {
        var first = Plan(["10.0.0.20"], nodes: 1);
        var present = Existing(first);

        var plan = Plan(["10.0.0.10", "10.0.0.20"], nodes: 1, present);
        Assert.Empty(plan.Apply);
        Assert.Empty(plan.Delete);

        Assert.Empty(Plan(null, nodes: 1, present).Delete);
    }

    [Fact]
    public void An_address_that_is_not_listed_any_more_makes_a_new_ENI()
    {
        var plan = Plan(["10.0.0.10"], nodes: 1, Existing(Plan(["10.0.0.20"], nodes: 1)));

        Assert.Single(plan.Delete);
    }

    [Fact]
    public void What_another_ENI_of_the_cluster_has_is_not_free()
    {
        var other = A.Attachment("theirs", "i-9", network: new NetworkStatus { PrivateIps = ["10.0.0.3", "10.0.0.20"] });

        var plan = Plan(["10.0.0.20", "10.0.0.21"], nodes: 1, ofOthers: [other]);

        Assert.Equal("10.0.0.21", Assert.Single(plan.Apply).Spec!.PrivateIpAddress);
    }

    [Fact]
    public void Where_a_single_subnet_is_chosen_it_is_one_with_an_address_left()
    {
        var nodeEni = A.NodeEni(spec: spec => (spec.PrivateIpAddresses, spec.SubnetPolicy) = (["10.1.0.5"], SubnetPolicies.MostFree));
        var network = A.Network(A.Subnet("subnet-a1", free: 200), A.Subnet("subnet-a2", free: 10) with { Cidr = "10.1.0.0/24" });

        var plan = Planner.Plan(A.PlanInput(nodeEni, [A.Node("node-1", "i-1")], network));

        Assert.Equal("subnet-a2", Assert.Single(plan.Apply).Spec!.SubnetId);
    }

    [Fact]
    public void Addresses_outside_of_all_subnets_are_in_the_message()
    {
        var resolution = new NetworkResolution(
            A.Network(A.Subnet("subnet-a1")),
            new(true, Reasons.Resolved, "subnet-a1"),
            new(true, Reasons.Resolved, "")
        );

        Assert.Contains("10.9.9.9", resolution.WithoutPlaceFor(["10.0.0.20", "10.9.9.9"]).Subnets.Message);
        Assert.Same(resolution, resolution.WithoutPlaceFor(["10.0.0.20"]));
    }

    [Fact]
    public void Pod_addresses_and_host_addressing_change_in_place_and_a_primary_address_does_not()
    {
        var present = A.Attachment().Spec!;
        var changed = present with
        {
            PodAddresses = new PodAddressesSpec { Warm = 1 },
            HostAddressing = HostAddressings.Managed,
        };

        Assert.False(SpecComparison.SameSpec(present, changed));
        Assert.True(SpecComparison.CanBecome(present, changed));
        Assert.False(SpecComparison.CanBecome(present, present with { PrivateIpAddress = "10.0.0.5" }));
    }

    private static Plan Plan(
        List<string>? listed,
        int nodes,
        IReadOnlyList<EniAttachment>? existing = null,
        IReadOnlyList<EniAttachment>? ofOthers = null
    ) =>
        Planner.Plan(
            A.PlanInput(
                A.NodeEni(spec: spec => spec.PrivateIpAddresses = listed),
                [.. Enumerable.Range(1, nodes).Select(number => A.Node($"node-{number}", $"i-{number}"))],
                A.Network(A.Subnet("subnet-a1")),
                existing,
                ofOthers: ofOthers
            )
        );

    private static IReadOnlyList<EniAttachment> Existing(Plan plan)
    {
        foreach (var attachment in plan.Apply)
        {
            attachment.Metadata.Uid = $"uid-of-{attachment.Metadata.Name}";
            attachment.Metadata.Generation = 1;
            attachment.Status = new() { Conditions = [A.Condition(ConditionTypes.Ready, true)] };
        }

        return plan.Apply;
    }
}
