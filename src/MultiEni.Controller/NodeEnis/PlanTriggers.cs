using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Kubernetes;
using MultiEni.Controller.Planning;
using MultiEni.Operator.Informers;

namespace MultiEni.Controller.NodeEnis;

/// <summary>Which changes of the cluster are a reason to plan a NodeENI anew. Pure.</summary>
internal static class PlanTriggers
{
    /// <summary>
    /// Whether the NodeENI itself changed. Its status is ours and written every second in a change
    /// of many nodes; a plan reads none of it.
    /// </summary>
    public static bool Concerns(ObjectChange<NodeEni> change) =>
        change is not ObjectChange<NodeEni>.Updated { Old: var old, New: var now }
        || old.Metadata.Generation != now.Metadata.Generation
        || old.Metadata.IsBeingDeleted != now.Metadata.IsBeingDeleted
        || !now.Metadata.HasFinalizer(Names.NodeEniFinalizer);

    /// <summary>
    /// Whether a node changed in what plans read. Kubelets renew their node's status all the time.
    /// </summary>
    public static bool Concerns(ObjectChange<Node> change) =>
        change is not ObjectChange<Node>.Updated { Old: var old, New: var now }
        || old.Spec.ProviderID != now.Spec.ProviderID
        || (old.Metadata.Labels?.Count ?? 0) != (now.Metadata.Labels?.Count ?? 0)
        || (old.Metadata.Labels ?? []).Any(label => now.Metadata.Label(label.Key) != label.Value);

    /// <summary>Whether a NodeENI selects the node of a change, or did before it.</summary>
    public static bool IsSelected(NodeEni nodeEni, ObjectChange<Node> change) =>
        ClusterView.Selects(nodeEni, change.Current) || (change is ObjectChange<Node>.Updated { Old: var old } && ClusterView.Selects(nodeEni, old));

    /// <summary>
    /// Whether an attachment went, and may be replaced now, or became ready, and makes way for the
    /// next replacement, or its ENI was seen without an Elastic IP that it was to lose.
    /// </summary>
    /// <param name="change">The change of the attachment.</param>
    /// <param name="holdsBack">Whether replacements wait for others.</param>
    public static bool Concerns(ObjectChange<EniAttachment> change, Func<NodeEniReference, bool> holdsBack) =>
        change is ObjectChange<EniAttachment>.Deleted || LostElasticIp(change) || (BecameReady(change) && holdsBack(change.Current.Spec!.NodeEniRef));

    private static bool LostElasticIp(ObjectChange<EniAttachment> change) =>
        change is ObjectChange<EniAttachment>.Updated { Old: var old, New: var now }
        && now.Spec!.ElasticIp?.FormerAllocationIds is { Count: > 0 }
        && ElasticIpHolders.IsObserved(now)
        && (!ElasticIpHolders.IsObserved(old) || old.Status?.Network?.PublicIp != now.Status?.Network?.PublicIp);

    private static bool BecameReady(ObjectChange<EniAttachment> change) =>
        change is ObjectChange<EniAttachment>.Updated { Old: var old, New: var now }
        && old.Status?.Conditions.IsTrue(ConditionTypes.Ready) != true
        && now.Status?.Conditions.IsTrue(ConditionTypes.Ready) == true;
}
