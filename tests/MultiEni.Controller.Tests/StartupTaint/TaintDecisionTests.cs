using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Planning;
using MultiEni.Controller.StartupTaint;
using MultiEni.Controller.Summary;

namespace MultiEni.Controller.Tests.StartupTaint;

public sealed class TaintDecisionTests
{
    private static readonly NetworkResolution Resolved = new(
        A.Network(A.Subnet("subnet-a1")),
        new ConditionClaim(true, Reasons.Resolved, ""),
        new ConditionClaim(true, Reasons.Resolved, "")
    );

    private readonly NodeEni _nodeEni = A.NodeEni();

    [Fact]
    public void A_node_is_free_when_as_many_ENIs_are_ready_as_were_planned()
    {
        Assert.True(MayRemove(Planned(2), Attachment("a", ready: true), Attachment("b", ready: true)));
        Assert.False(MayRemove(Planned(2), Attachment("a", ready: true), Attachment("b", ready: false)));
        Assert.False(MayRemove(Planned(2), Attachment("a", ready: true)));
    }

    [Fact]
    public void A_node_that_no_NodeENI_selects_is_free() => Assert.True(TaintDecision.MayRemove(Node(), [], _ => null, []));

    [Fact]
    public void A_NodeENI_that_was_not_planned_or_not_for_this_node_keeps_it_waiting()
    {
        Assert.False(MayRemove(null));
        Assert.False(MayRemove(Planned(0) with { DesiredByNode = new Dictionary<string, int>() }));
        Assert.False(MayRemove(Planned(0) with { Generation = 7 }));
        Assert.True(MayRemove(Planned(0)));
    }

    [Theory]
    [InlineData(Reasons.NoSubnetInZone, false)]
    [InlineData(Reasons.InstanceLimit, false)]
    [InlineData(Reasons.NodeNotOnEc2, true)]
    public void A_node_that_cannot_have_an_ENI_it_should_have_waits_and_one_that_should_have_none_does_not(string reason, bool free) =>
        Assert.Equal(free, MayRemove(Planned(0) with { Problems = [new NodeProblem("node-1", reason, "", Temporary: false)] }));

    [Fact]
    public void Problems_of_other_nodes_do_not_count() =>
        Assert.True(MayRemove(Planned(0) with { Problems = [new NodeProblem("node-2", Reasons.InstanceLimit, "", Temporary: false)] }));

    [Fact]
    public void ENIs_that_are_going_away_or_of_another_machine_of_the_name_do_not_count()
    {
        var going = Attachment("a", ready: true);
        going.Metadata.DeletionTimestamp = A.Noon;

        Assert.False(MayRemove(Planned(1), going));
    }

    [Fact]
    public void A_NodeENI_that_is_being_deleted_does_not_hold_the_taint()
    {
        _nodeEni.Metadata.DeletionTimestamp = A.Noon;

        Assert.True(MayRemove(null));
    }

    [Fact]
    public void A_node_that_the_cloud_provider_has_not_introduced_waits() =>
        Assert.False(TaintDecision.MayRemove(Node() with { Spec = new NodeSpec() }, [], _ => null, []));

    [Theory]
    [InlineData(Names.StartupTaint, "NoSchedule", 1)]
    [InlineData(Names.StartupTaint, "NoExecute", -1)]
    [InlineData("other", "NoSchedule", -1)]
    public void The_taint_is_known_by_key_and_effect(string key, string effect, int index) =>
        Assert.Equal(index, TaintDecision.IndexOf(Node(new Taint("first", null, "NoSchedule"), new Taint(key, "x", effect))));

    [Fact]
    public void The_patch_removes_the_entry_only_if_it_is_still_the_one_that_was_seen() =>
        Assert.Equal(
            """
            [{"op":"test","path":"/spec/taints/3/key","value":"networking.k8s.aws/eni-not-ready"},{"op":"test","path":"/spec/taints/3/effect","value":"NoSchedule"},{"op":"remove","path":"/spec/taints/3"}]
            """,
            StartupTaints.RemovalOf(3).ToJsonString()
        );

    private bool MayRemove(PlanOutcome? plan, params EniAttachment[] attachments) =>
        TaintDecision.MayRemove(Node(), [_nodeEni], _ => plan, attachments);

    private static PlanOutcome Planned(int desired) => new(1, 1, desired, Resolved, [], new Dictionary<string, int> { ["node-1"] = desired });

    private static Node Node(params Taint[] taints) =>
        new()
        {
            Metadata = new() { Name = "node-1" },
            Spec = new() { ProviderID = "aws:///eu-1a/i-1", Taints = [.. taints] },
        };

    private static EniAttachment Attachment(string name, bool ready) =>
        A.Attachment(name: name, conditions: [A.Condition(ConditionTypes.Ready, ready)]);
}
