using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Planning;

namespace MultiEni.Controller.Tests.Planning;

public sealed class ElasticIpPoolTests
{
    private static readonly PlannedNode[] ThreeNodes = [A.Node("a", "i-a"), A.Node("b", "i-b"), A.Node("c", "i-c")];
    private static readonly ResolvedNetwork Network = A.Network(A.Subnet("subnet-a1"));

    [Fact]
    public void Each_ENI_gets_one_in_the_order_of_the_list_and_keeps_it()
    {
        var first = Plan(["e1", "e2", "e3"]);
        var again = Plan(["e0", "e3", "e2", "e1"], first.Apply);

        Assert.Equal(["e1", "e2", "e3"], Given(first.Apply));
        Assert.Empty(first.Problems);
        Assert.Empty(again.Apply);
    }

    [Fact]
    public void An_ENI_without_one_comes_all_the_same_and_its_node_is_told()
    {
        var plan = Plan(["e1", "e2"]);

        Assert.Equal(3, plan.Apply.Count);
        Assert.Equal(["e1", "e2", null], Given(plan.Apply));
        var problem = Assert.Single(plan.Problems);
        Assert.Equal((Reasons.NoElasticIpLeft, "c", false), (problem.Reason, problem.NodeName, problem.Temporary));
    }

    // The Elastic IPs listed, the one chosen before there was an ENI, that of the ENI which is taken,
    // and what it is to have and to lose. One that is not listed may be somebody else's and is left.
    [Theory]
    [InlineData("e1 e3", "e1", "e3", "e3", "e1")]
    [InlineData("e1", "e1", "e3", "e1", null)]
    [InlineData("e1 e3", "e3", "e3", "e3", null)]
    [InlineData("e1", null, "e3", "e1", null)]
    [InlineData("e3", null, "e3", "e3", null)]
    public void A_retained_ENI_brings_its_own_even_where_another_was_chosen(
        string listed,
        string? chosen,
        string held,
        string expected,
        string? former
    )
    {
        var present = new EniAttachmentSpec { ElasticIp = chosen is null ? null : new() { AllocationId = chosen } };
        var own = new EniAttachment
        {
            Metadata = new() { Name = "own" },
            Spec = present,
        };
        var pool = new ElasticIpPool(new(), new ElasticIps.Known(listed.Split(' ')), [held], [own], ElasticIpHolders.Unknown);

        var choice = pool.For("own", own, held);

        Assert.Null(choice.Lack);
        Assert.Equal(expected, choice.ElasticIp!.AllocationId);
        Assert.Equal(former is null ? null : [former], choice.ElasticIp.FormerAllocationIds);
    }

    [Fact]
    public void What_other_NodeENIs_have_is_not_given_out() =>
        Assert.Equal(["e2", "e4", "e5"], Given(Plan(["e1", "e2", "e3", "e4", "e5"], ofOthers: ["e1", "e3"]).Apply));

    // What the attachment `m` of one NodeENI and another one, of another NodeENI, name, whose ENI has
    // `e1` in EC2, and what `m` is to have.
    [Theory]
    [InlineData("n:e1", null, "e1")]
    [InlineData("l:e1", null, "e2")]
    [InlineData("n:e1", "n", "e2")]
    [InlineData("l:e1", "m", "e1")]
    [InlineData("l:e1", "l", "e2")]
    [InlineData("l:e3", "l", "e2")]
    [InlineData("l:e3 e1", "l", "e1")]
    [InlineData("l: e1", "l", "e1")]
    [InlineData("l:e3", null, "e1")]
    [InlineData("l:e3", "nobody", "e2")]
    public void Of_two_attachments_that_name_the_same_one_the_ENI_that_has_it_keeps_it_or_else_the_lower_name(
        string other,
        string? holder,
        string expected
    )
    {
        var (name, ids) = (other.Split(':')[0], other.Split(':')[1].Split(' '));
        var mine = Naming("m", "e1");
        var others = Naming(name, ids[0] is "" ? null : ids[0], ids.Length > 1 ? ids[1] : null);
        var holders = new ElasticIpHolders([mine, others], holder is null ? [] : [Having("eni-1", holder, "e1")]);
        var pool = new ElasticIpPool(new(), new ElasticIps.Known(["e1", "e2"]), ids, [mine], holders);

        Assert.Equal(expected, pool.For("m", mine).ElasticIp!.AllocationId);
    }

    [Fact]
    public void One_that_is_contested_and_has_no_substitute_is_given_up_and_whoever_is_deleted_contests_nothing()
    {
        var mine = Naming("m", "e1");
        EniAttachment[] both = [mine, Naming("l", "e1")];
        EniAttachment[] deleted = [mine, both[1] with { Metadata = both[1].Metadata with { DeletionTimestamp = A.Noon } }];

        ElasticIpChoice Choice(EniAttachment[] all) =>
            new ElasticIpPool(new(), new ElasticIps.Known(["e1"]), ["e1"], [mine], new ElasticIpHolders(all, [])).For("m", mine);

        Assert.Equal((null, Reasons.NoElasticIpLeft), (Choice(both).ElasticIp!.AllocationId, Choice(both).Lack?.Reason));
        Assert.Equal(("e1", null), (Choice(deleted).ElasticIp!.AllocationId, Choice(deleted).Lack?.Reason));
    }

    [Fact]
    public void As_long_as_nobody_knows_whether_it_is_one_of_the_list_the_one_of_a_retained_ENI_is_not_claimed()
    {
        var mine = A.Attachment("m");
        var unknown = new ElasticIps.Unknown("EC2 throttled");
        ElasticIpPool Pool(ElasticIps available, ElasticIpHolders holders) => new(new(), available, ["e1"], [mine], holders);

        Assert.Null(Pool(unknown, ElasticIpHolders.Unknown).For("m", mine, held: "e1").ElasticIp);

        // The ENI is in the slot when EC2 answers.
        var holders = new ElasticIpHolders([mine], [Having("eni-1", "m", "e1")]);
        Assert.Equal("e1", Pool(new ElasticIps.Known(["e0", "e1"]), holders).For("m", mine).ElasticIp!.AllocationId);
        Assert.Equal("e0", Pool(new ElasticIps.Known(["e0"]), holders).For("m", mine).ElasticIp!.AllocationId);
    }

    // What the attachment names after `e1`, the Elastic IP of its ENI in EC2 (`-` for none, null while
    // there is no ENI), whether its status is about that specification, and what is still to be lost.
    [Theory]
    [InlineData("e2", "e2", true, null)]
    [InlineData("e2", "-", true, "e1")]
    [InlineData("e2", "e9", true, "e1")]
    [InlineData("e2", "e1", true, "e1")]
    [InlineData("e2", "e2", false, "e1")]
    [InlineData("e2", null, true, "e1")]
    [InlineData(null, "-", true, null)]
    [InlineData(null, "e1", true, "e1")]
    public void What_an_ENI_is_to_lose_is_forgotten_once_it_was_seen_with_what_it_is_to_have(
        string? named,
        string? onEni,
        bool observed,
        string? lost
    )
    {
        var mine = Naming("m", named, former: "e1");
        mine = mine with
        {
            Status = new() { Conditions = [A.Condition(ConditionTypes.Attached, true) with { ObservedGeneration = observed ? 1 : 0 }] },
        };
        EniRow[] rows =
            onEni is null ? []
            : onEni is "-" ? [Having("eni-1", "m", "e1") with { ElasticIp = null }]
            : [Having("eni-1", "m", onEni)];

        var pool = new ElasticIpPool(named is null ? null : new(), new ElasticIps.Known(["e2"]), [], [mine], new ElasticIpHolders([mine], rows));

        Assert.Equal(
            named is null && lost is null ? null : new() { AllocationId = named, FormerAllocationIds = lost is null ? null : [lost] },
            pool.For("m", mine).ElasticIp
        );
    }

    [Fact]
    public void What_an_ENI_is_to_lose_only_now_is_remembered_though_it_was_seen_without_it_for_it_may_be_under_way()
    {
        var mine = Naming("m", "e1");
        mine = mine with { Status = new() { Conditions = [A.Condition(ConditionTypes.Attached, true)] } };
        var holders = new ElasticIpHolders([mine], [Having("eni-1", "m", "e1") with { ElasticIp = null }]);

        var choice = new ElasticIpPool(null, ElasticIps.None, [], [mine], holders).For("m", mine);

        Assert.Equal(new ElasticIpSpec { FormerAllocationIds = ["e1"] }, choice.ElasticIp);
    }

    // Those of the list that EC2 refused to the ENI, the one that its ENI has, and what it is to have.
    [Theory]
    [InlineData("", null, "e1")]
    [InlineData("e1", null, "e2")]
    [InlineData("e1 e2", null, "e3")]
    [InlineData("e1 e2 e3", null, "e1")]
    [InlineData("e1", "e1", "e1")]
    [InlineData("e1", "e9", "e1")]
    public void One_that_EC2_refuses_is_exchanged_as_long_as_there_is_another(string refused, string? onEni, string expected)
    {
        var mine = Naming("m", "e1");
        var holders = new ElasticIpHolders([mine], onEni is null ? [] : [Having("eni-1", "m", onEni)], id => refused.Split(' ').Contains(id));

        var choice = new ElasticIpPool(new(), new ElasticIps.Known(["e1", "e2", "e3"]), [], [mine], holders).For("m", mine);

        Assert.Equal((expected, null), (choice.ElasticIp!.AllocationId, choice.Lack));
    }

    [Fact]
    public void The_one_of_a_retained_ENI_is_given_to_nobody_else_and_stays_with_it_whoever_names_it()
    {
        var taker = Naming("m", "e2");
        var claimant = Naming("a", "e1");
        var retained = Having("eni-1", "gone", "e1");
        ElasticIpPool Pool(params EniAttachment[] own) =>
            new(new(), new ElasticIps.Known(["e1", "e2", "e3"]), ["e1", "e2"], own, new ElasticIpHolders([taker, claimant], [retained]));

        Assert.Equal("e3", Pool().For("z", null).ElasticIp!.AllocationId);
        Assert.Equal("e1", Pool(taker).For("m", taker, held: "e1").ElasticIp!.AllocationId);
        Assert.Equal("e3", Pool(claimant).For("a", claimant).ElasticIp!.AllocationId);
    }

    [Fact]
    public void One_that_is_no_longer_listed_is_given_up_and_remembered_until_it_is_gone()
    {
        var before = Plan(["e1", "e2", "e3"]).Apply;

        var other = Plan(["e2", "e3", "e9"], before);
        var none = Planner.Plan(A.PlanInput(A.NodeEni(), ThreeNodes, Network, [.. before]));
        var back = Plan(["e1", "e2", "e3"], none.Apply);

        Assert.Equal(new ElasticIpSpec { AllocationId = "e9", FormerAllocationIds = ["e1"] }, Assert.Single(other.Apply).Spec!.ElasticIp);
        Assert.Equal(3, none.Apply.Count);
        Assert.Equal(new ElasticIpSpec { FormerAllocationIds = ["e1"] }, none.Apply[0].Spec!.ElasticIp);
        Assert.Equal(new ElasticIpSpec { AllocationId = "e1" }, back.Apply[0].Spec!.ElasticIp);
        Assert.Empty(none.Delete);
    }

    [Fact]
    public void An_ENI_that_never_had_one_says_nothing_of_it() =>
        Assert.All(Planner.Plan(A.PlanInput(A.NodeEni(), ThreeNodes, Network)).Apply, attachment => Assert.Null(attachment.Spec!.ElasticIp));

    [Fact]
    public void As_long_as_EC2_does_not_answer_who_has_one_keeps_it()
    {
        var before = Plan(["e1", "e2"]).Apply;

        var plan = Plan(null, before);

        Assert.Empty(plan.Apply);
        var problem = Assert.Single(plan.Problems);
        Assert.Equal((Reasons.ElasticIpsUnavailable, true), (problem.Reason, problem.Temporary));
        Assert.Contains("throttled", problem.Message, StringComparison.Ordinal);
    }

    private static EniAttachment Naming(string name, string? elasticIp, string? former = null) =>
        A.Attachment(name, spec: spec => spec.ElasticIp = new() { AllocationId = elasticIp, FormerAllocationIds = former is null ? null : [former] });

    private static EniRow Having(string id, string slot, string elasticIp) =>
        A.Row(id) with
        {
            Tags = new Dictionary<string, string> { [EniTags.Slot] = slot },
            ElasticIp = new(elasticIp, "eipassoc-1", "203.0.113.1"),
        };

    private static Plan Plan(string[]? listed, IReadOnlyList<EniAttachment>? existing = null, string[]? ofOthers = null)
    {
        var nodeEni = A.NodeEni(spec: s => s.ElasticIps = new() { AllocationIds = [.. listed ?? ["e1"]] });
        return Planner.Plan(
            A.PlanInput(nodeEni, ThreeNodes, Network, existing) with
            {
                ElasticIps = listed is null ? new ElasticIps.Unknown("EC2 throttled") : new ElasticIps.Known(listed),
                ElasticIpsOfOthers = () => ofOthers ?? [],
            }
        );
    }

    private static IEnumerable<string?> Given(IEnumerable<EniAttachment> attachments) =>
        attachments
            .OrderBy(attachment => attachment.Spec!.NodeName, StringComparer.Ordinal)
            .Select(attachment => attachment.Spec!.ElasticIp?.AllocationId);
}
