using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Planning;
using MultiEni.Controller.Summary;

namespace MultiEni.Controller.StartupTaint;

/// <summary>Decides whether a node may lose its startup taint. Pure.</summary>
internal static class TaintDecision
{
    /// <summary>The effect of the taint.</summary>
    public const string Effect = "NoSchedule";

    /// <summary>Where the taint is in the node's list; -1 when it is not.</summary>
    public static int IndexOf(Node node)
    {
        return node.Spec.Taints?.FindIndex(taint => taint.Key == Names.StartupTaint && taint.Effect == Effect) ?? -1;
    }

    /// <summary>
    /// Whether every ENI that the node should have is ready. A node that no NodeENI selects should
    /// have none. A NodeENI that was not planned since it or the node changed keeps the node
    /// waiting, and so does one that could not be planned.
    /// </summary>
    /// <param name="node">The node.</param>
    /// <param name="selecting">The NodeENIs that select it.</param>
    /// <param name="planOf">The last plan of a NodeENI, or null.</param>
    /// <param name="attachments">The attachments on the node's instance.</param>
    public static bool MayRemove(
        Node node,
        IReadOnlyList<NodeEni> selecting,
        Func<NodeEni, PlanOutcome?> planOf,
        IReadOnlyList<EniAttachment> attachments
    )
    {
        if (NodeIdentity.Of(node) is NodeIdentity.Unknown or NodeIdentity.WithoutZone)
        {
            return false;
        }

        foreach (var nodeEni in selecting.Where(nodeEni => !nodeEni.Metadata.IsBeingDeleted))
        {
            var plan = planOf(nodeEni);
            if (
                plan is null
                || plan.Generation != nodeEni.Metadata.Generation
                || !plan.DesiredByNode.TryGetValue(node.Metadata.Name, out var desired)
                || plan.Problems.Any(problem => problem.NodeName == node.Metadata.Name && problem.Reason != Reasons.NodeNotOnEc2)
            )
            {
                return false;
            }

            var ready = attachments.Count(attachment =>
                attachment.Spec!.NodeEniRef.Uid == nodeEni.Metadata.Uid
                && attachment.Spec.NodeName == node.Metadata.Name
                && !attachment.Metadata.IsBeingDeleted
                && AttachmentReadiness.Is(attachment)
            );
            if (ready < desired)
            {
                return false;
            }
        }

        return true;
    }
}
