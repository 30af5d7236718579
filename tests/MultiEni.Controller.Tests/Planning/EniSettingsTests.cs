using MultiEni.Api;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Planning;

namespace MultiEni.Controller.Tests.Planning;

/// <summary>
/// What a type does not support is a reason for its nodes, before any call; the rest of the ENI
/// comes all the same.
/// </summary>
public sealed class EniSettingsTests
{
    private static readonly PlannedNode[] OneNode = [A.Node("node-1", "i-1")];
    private static readonly ResolvedNetwork OneSubnet = A.Network(A.Subnet("subnet-a1"));
    private static readonly ResolvedNetwork TwoSubnets = A.Network(A.Subnet("subnet-a1"), A.Subnet("subnet-a2"));

    private static readonly NodeEni Everything = A.NodeEni(spec: s =>
    {
        s.ConnectionTracking = new() { UdpTimeout = 60 };
        s.EnaExpress = new() { Enabled = true };
        s.EnaQueueCount = 16;
    });

    [Fact]
    public void A_type_that_supports_everything_gets_everything()
    {
        var plan = Planner.Plan(A.PlanInput(Everything, OneNode, OneSubnet, limits: Type()));

        var spec = Assert.Single(plan.Apply).Spec!;
        Assert.Equal((60, true, 16), (spec.ConnectionTracking!.UdpTimeout, spec.EnaExpress!.Enabled, spec.EnaQueueCount));
        Assert.Empty(plan.Problems);
    }

    [Fact]
    public void A_type_that_supports_nothing_gets_the_ENI_and_one_reason_that_names_every_setting()
    {
        var plan = Planner.Plan(A.PlanInput(Everything, OneNode, TwoSubnets, limits: A.OneCard(8) with { Features = new(false, false, []) }));

        Assert.Equal(2, plan.Apply.Count);
        Assert.All(plan.Apply, a => Assert.Equal((null, null, null), (a.Spec!.ConnectionTracking, a.Spec.EnaExpress, a.Spec.EnaQueueCount)));
        var problem = Assert.Single(plan.Problems);
        Assert.Equal((Reasons.SettingNotSupported, false, "node-1"), (problem.Reason, problem.Temporary, problem.NodeName));
        foreach (var named in (string[])["m5.4xlarge", "spec.connectionTracking", "spec.enaExpress", "spec.enaQueueCount"])
        {
            Assert.Contains(named, problem.Message, StringComparison.Ordinal);
        }
    }

    // Queues asked for, ENIs of others with default queues, ENIs planned with that many of two.
    [Theory]
    [InlineData(8, 0, 2)]
    [InlineData(32, 0, 1)]
    [InlineData(28, 0, 2)]
    [InlineData(33, 0, 0)]
    [InlineData(24, 1, 2)]
    [InlineData(25, 1, 1)]
    [InlineData(32, 4, 0)]
    public void The_queues_of_an_ENI_and_of_the_card_are_limits(int wanted, int others, int with)
    {
        var plan = Planner.Plan(A.PlanInput(A.NodeEni(spec: s => s.EnaQueueCount = wanted), OneNode, TwoSubnets, others: others, limits: Type()));

        Assert.Equal(2, plan.Apply.Count);
        Assert.Equal(with, plan.Apply.Count(attachment => attachment.Spec!.EnaQueueCount == wanted));
        Assert.Equal(2 - with, plan.Apply.Count(attachment => attachment.Spec!.EnaQueueCount is null));
        Assert.Equal(with == 2 ? 0 : 1, plan.Problems.Count);
    }

    [Fact]
    public void Another_number_of_queues_replaces_the_ENI_where_it_fits_and_leaves_it_where_it_does_not()
    {
        var before = Planner.Plan(A.PlanInput(A.NodeEni(spec: s => s.EnaQueueCount = 8), OneNode, OneSubnet, limits: Type())).Apply;

        var fits = Planner.Plan(A.PlanInput(A.NodeEni(spec: s => s.EnaQueueCount = 32), OneNode, OneSubnet, before, limits: Type()));
        var full = Planner.Plan(A.PlanInput(A.NodeEni(spec: s => s.EnaQueueCount = 32), OneNode, OneSubnet, before, others: 4, limits: Type()));
        var same = Planner.Plan(A.PlanInput(A.NodeEni(spec: s => s.EnaQueueCount = 8), OneNode, OneSubnet, before, others: 7, limits: Type()));

        Assert.Single(fits.Delete);
        Assert.Empty(full.Delete);
        Assert.Contains("has 64 ENA queues", Assert.Single(full.Problems).Message, StringComparison.Ordinal);
        Assert.Empty(same.Delete);
    }

    [Theory]
    [InlineData(null, 1)]
    [InlineData(4, 2)]
    [InlineData(40, 1)]
    public void Counted_queues_open_additional_places_on_the_card(int? queues, int fit)
    {
        var limits = A.OneCard(2) with { Features = new(true, true, [new CardQueues(8, 32, 64, AdditionalEnis: 1)]) };

        var plan = Planner.Plan(A.PlanInput(A.NodeEni(spec: s => s.EnaQueueCount = queues), OneNode, TwoSubnets, limits: limits));

        Assert.Equal(fit, plan.Apply.Count);
        Assert.Equal(fit == 1, plan.Problems.Any(problem => problem.Message.Contains("1 more with spec.enaQueueCount", StringComparison.Ordinal)));
        Assert.Equal((2, 3), (limits.MaximumOn(0, withQueueCount: false), limits.MaximumOn(0, withQueueCount: true)));
    }

    [Fact]
    public void ENA_Express_is_switched_off_in_place_when_it_is_left_out()
    {
        var before = Planner.Plan(A.PlanInput(Everything, OneNode, OneSubnet, limits: Type())).Apply;
        var without = A.NodeEni(spec: s =>
        {
            s.ConnectionTracking = new() { UdpTimeout = 60 };
            s.EnaQueueCount = 16;
        });

        var plan = Planner.Plan(A.PlanInput(without, OneNode, OneSubnet, before, limits: Type()));

        Assert.Equal(new EnaExpressSpec(), Assert.Single(plan.Apply).Spec!.EnaExpress);
        Assert.Empty(plan.Delete);
        Assert.Empty(Planner.Plan(A.PlanInput(without, OneNode, OneSubnet, plan.Apply, limits: Type())).Apply);
    }

    [Fact]
    public void As_long_as_EC2_cannot_be_asked_what_a_type_supports_nothing_is_created_and_what_exists_stays_as_it_is()
    {
        var before = Planner.Plan(A.PlanInput(A.NodeEni(), OneNode, OneSubnet)).Apply;

        var none = Planner.Plan(A.PlanInput(Everything, OneNode, OneSubnet) with { LimitsUnavailable = "EC2 does not answer" });
        var kept = Planner.Plan(A.PlanInput(Everything, OneNode, OneSubnet, before) with { LimitsUnavailable = "EC2 does not answer" });
        var plain = Planner.Plan(A.PlanInput(A.NodeEni(), OneNode, OneSubnet) with { LimitsUnavailable = "EC2 does not answer" });

        Assert.Empty(none.Apply);
        Assert.Equal((Reasons.UnknownInstanceType, true), (none.Problems[0].Reason, none.Problems[0].Temporary));
        Assert.Equal((0, 0, Reasons.UnknownInstanceType), (kept.Apply.Count, kept.Delete.Count, Assert.Single(kept.Problems).Reason));
        Assert.Single(plain.Apply);
    }

    private static InstanceTypeLimits Type() => A.OneCard(8) with { Features = new(true, true, [new CardQueues(8, 32, 64, 0)]) };
}
