using MultiEni.Api.EniAttachments;
using MultiEni.Controller.Planning;

namespace MultiEni.Controller.Tests.Planning;

public sealed class DeviceIndexAllocatorTests
{
    private static readonly PlannedNode[] OneNode = [A.Node("node-1", "i-1")];
    private static readonly ResolvedNetwork Two = A.Network(A.Subnet("subnet-a1"), A.Subnet("subnet-a2"));

    [Fact]
    public void A_subnet_that_comes_first_moves_nobody_and_takes_the_next_free_index()
    {
        var existing = Planner.Plan(A.PlanInput(A.NodeEni(), OneNode, Two)).Apply;

        var plan = Planner.Plan(
            A.PlanInput(A.NodeEni(), OneNode, A.Network(A.Subnet("subnet-a0"), A.Subnet("subnet-a1"), A.Subnet("subnet-a2")), existing)
        );

        Assert.Empty(plan.Delete);
        Assert.Equal([("subnet-a0", 3)], Indexes(plan.Apply));
    }

    [Fact]
    public void A_subnet_that_goes_moves_nobody_either()
    {
        var existing = Planner.Plan(A.PlanInput(A.NodeEni(), OneNode, Two)).Apply;

        var plan = Planner.Plan(A.PlanInput(A.NodeEni(), OneNode, A.Network(A.Subnet("subnet-a2")), existing));

        Assert.Equal("subnet-a1", Assert.Single(plan.Delete).Spec!.SubnetId);
        Assert.Empty(plan.Apply);
    }

    [Fact]
    public void Another_base_replaces_the_ENIs()
    {
        var existing = Planner.Plan(A.PlanInput(A.NodeEni(), OneNode, Two)).Apply;

        var plan = Planner.Plan(A.PlanInput(A.NodeEni(spec: s => s.DeviceIndex = 4), OneNode, Two, existing));

        Assert.Equal(2, plan.Delete.Count);
    }

    [Fact]
    public void Index_0_means_the_default_one()
    {
        var input = A.PlanInput(A.NodeEni(spec: s => s.DeviceIndex = 0), OneNode, Two) with { DefaultDeviceIndex = 5 };

        Assert.Equal([("subnet-a1", 5), ("subnet-a2", 6)], Indexes(Planner.Plan(input).Apply));
    }

    [Theory]
    [InlineData(2, new[] { 0, 1 }, 2)]
    [InlineData(2, new[] { 0, 2, 3 }, 4)]
    [InlineData(0, new[] { 0 }, 1)]
    [InlineData(5, new[] { 0, 1, 2, 3 }, 5)]
    public void The_preferred_index_is_used_or_the_next_free_one_above_it(int preferred, int[] used, int expected) =>
        Assert.Equal(expected, DeviceIndexAllocator.Allocate(card: 0, preferred, used.ToHashSet(), maximum: 8));

    [Theory]
    [InlineData(3, true)]
    [InlineData(4, false)]
    [InlineData(null, false)]
    public void A_full_card_has_no_index(int? maximum, bool full) =>
        Assert.Equal(full, DeviceIndexAllocator.Allocate(card: 0, 1, new HashSet<int> { 0, 1, 2 }, maximum) is null);

    [Theory]
    [InlineData(0, new int[0], 0)]
    [InlineData(0, new[] { 0 }, 1)]
    [InlineData(1, new[] { 1 }, 0)]
    [InlineData(1, new[] { 0 }, 1)]
    [InlineData(7, new int[0], 0)]
    public void A_card_above_0_has_an_index_0_and_none_beyond_its_limit(int preferred, int[] used, int expected) =>
        Assert.Equal(expected, DeviceIndexAllocator.Allocate(card: 1, preferred, used.ToHashSet(), maximum: 2));

    [Theory]
    [InlineData(0, 0, 5, 6)]
    [InlineData(1, 0, 0, 1)]
    [InlineData(1, 1, 1, 0)]
    public void The_ENIs_of_a_card_above_0_use_all_its_indexes(int card, int index, int first, int second)
    {
        var nodeEni = A.NodeEni(spec: s => (s.NetworkCardIndex, s.DeviceIndex) = (card, index));
        var limits = new Controller.Ec2.InstanceTypeLimits("x", 32, [8, 2], 30);

        var plan = Planner.Plan(A.PlanInput(nodeEni, OneNode, Two, limits: limits) with { DefaultDeviceIndex = 5 });

        Assert.Equal([("subnet-a1", first), ("subnet-a2", second)], Indexes(plan.Apply));
        Assert.Empty(plan.Problems);
    }

    private static IEnumerable<(string, int)> Indexes(IReadOnlyList<EniAttachment> attachments) =>
        attachments.Select(attachment => (attachment.Spec!.SubnetId, attachment.Spec.DeviceIndex)).Order();
}
