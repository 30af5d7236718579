using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.NodeEnis;
using MultiEni.Operator.Informers;

namespace MultiEni.Controller.Tests.NodeEnis;

public sealed class PlanTriggersTests
{
    private static readonly Dictionary<string, string> Selected = new() { ["ng"] = "multi-eni" };

    [Fact]
    public void A_status_of_a_NodeENI_is_no_reason_to_plan_but_a_specification_a_deletion_and_a_lost_finalizer_are()
    {
        var planned = NodeEni(_ => { });
        static bool Concerns(NodeEni old, NodeEni now) => PlanTriggers.Concerns(new ObjectChange<NodeEni>.Updated(old, now));

        Assert.False(Concerns(planned, NodeEni(nodeEni => nodeEni.Status = new())));
        Assert.True(Concerns(planned, NodeEni(nodeEni => nodeEni.Metadata.Generation = 2)));
        Assert.True(Concerns(planned, NodeEni(nodeEni => nodeEni.Metadata.DeletionTimestamp = A.Noon)));
        Assert.True(Concerns(planned, NodeEni(nodeEni => nodeEni.Metadata.Finalizers = [])));
        Assert.True(PlanTriggers.Concerns(new ObjectChange<NodeEni>.Added(planned)));
        Assert.True(PlanTriggers.Concerns(new ObjectChange<NodeEni>.Deleted(planned)));
    }

    [Fact]
    public void A_node_is_a_reason_to_plan_when_its_labels_or_its_provider_ID_change_and_not_with_every_heartbeat()
    {
        var node = Node(Selected);
        static bool Concerns(Node old, Node now) => PlanTriggers.Concerns(new ObjectChange<Node>.Updated(old, now));

        Assert.False(Concerns(node, Node(new(Selected))));
        Assert.True(Concerns(node, Node(new() { ["ng"] = "other" })));
        Assert.True(Concerns(node, Node(new(Selected) { ["more"] = "" })));
        Assert.True(Concerns(node, Node([])));
        Assert.True(Concerns(node, Node(Selected, "aws:///eu-1a/i-2")));
        Assert.True(PlanTriggers.Concerns(new ObjectChange<Node>.Added(node)));
        Assert.True(PlanTriggers.Concerns(new ObjectChange<Node>.Deleted(node)));
    }

    [Fact]
    public void A_NodeENI_is_planned_for_nodes_that_it_selects_and_for_those_that_it_no_longer_does()
    {
        var (selected, other) = (Node(Selected), Node([]));

        Assert.True(PlanTriggers.IsSelected(A.NodeEni(), new ObjectChange<Node>.Updated(other, selected)));
        Assert.True(PlanTriggers.IsSelected(A.NodeEni(), new ObjectChange<Node>.Updated(selected, other)));
        Assert.True(PlanTriggers.IsSelected(A.NodeEni(), new ObjectChange<Node>.Deleted(selected)));
        Assert.False(PlanTriggers.IsSelected(A.NodeEni(), new ObjectChange<Node>.Updated(other, other)));
    }

    [Theory]
    [InlineData(false, true, true, true)]
    [InlineData(false, true, false, false)]
    [InlineData(true, true, true, false)]
    [InlineData(true, false, true, false)]
    public void An_attachment_that_becomes_ready_makes_way_for_the_next_replacement_if_one_waits(bool was, bool isReady, bool holdsBack, bool plans)
    {
        var change = new ObjectChange<EniAttachment>.Updated(Attachment(was), Attachment(isReady));

        Assert.Equal(plans, PlanTriggers.Concerns(change, _ => holdsBack));
    }

    // For two looks at an attachment which is to lose an Elastic IP or none: the generation that its
    // status is about, and the address that it shows.
    [Theory]
    [InlineData("e1", 0, "203.0.113.1", 1, null, true)]
    [InlineData("e1", 1, "203.0.113.1", 1, null, true)]
    [InlineData("e1", 1, null, 1, null, false)]
    [InlineData("e1", 0, "203.0.113.1", 0, null, false)]
    [InlineData(null, 0, "203.0.113.1", 1, null, false)]
    public void An_ENI_that_is_seen_without_what_it_was_to_lose_is_planned_to_forget_it(
        string? former,
        int observedBefore,
        string? before,
        int observed,
        string? now,
        bool plans
    )
    {
        EniAttachment Look(int generation, string? publicIp) =>
            A.Attachment(
                spec: spec => spec.ElasticIp = new() { FormerAllocationIds = former is null ? null : [former] },
                network: new() { PublicIp = publicIp },
                conditions: A.Condition(ConditionTypes.Attached, true) with
                {
                    ObservedGeneration = generation,
                }
            );

        var change = new ObjectChange<EniAttachment>.Updated(Look(observedBefore, before), Look(observed, now));

        Assert.Equal(plans, PlanTriggers.Concerns(change, _ => false));
    }

    [Fact]
    public void An_attachment_that_went_may_be_replaced() =>
        Assert.True(PlanTriggers.Concerns(new ObjectChange<EniAttachment>.Deleted(Attachment(ready: true)), _ => false));

    private static NodeEni NodeEni(Action<NodeEni> change)
    {
        var nodeEni = A.NodeEni();
        nodeEni.Metadata.Finalizers = [Names.NodeEniFinalizer];
        change(nodeEni);
        return nodeEni;
    }

    private static Node Node(Dictionary<string, string> labels, string providerId = "aws:///eu-1a/i-1") =>
        new()
        {
            Metadata = new() { Name = "node-1", Labels = labels },
            Spec = new() { ProviderID = providerId },
        };

    private static EniAttachment Attachment(bool ready) => A.Attachment(conditions: A.Condition(ConditionTypes.Ready, ready));
}
