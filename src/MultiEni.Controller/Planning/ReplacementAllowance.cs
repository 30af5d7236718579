using MultiEni.Api.EniAttachments;

namespace MultiEni.Controller.Planning;

/// <summary>
/// Limits how many nodes of a NodeENI lose an ENI for its replacement at one time: a tenth, and at least one. A change of the
/// specification then rolls over the nodes instead of cutting them all off at once.
/// </summary>
internal sealed class ReplacementAllowance
{
    private readonly HashSet<string> nodesInReplacement;
    private readonly int maximum;

    public ReplacementAllowance(int nodes, IEnumerable<EniAttachment> existing)
    {
        maximum = Math.Max(1, nodes / 10);
        nodesInReplacement = existing.Where(IsInReplacement).Select(a => a.Spec!.NodeName).ToHashSet();
    }

    /// <summary>Whether the attachment may be taken away now. All of one node count as one.</summary>
    public bool TryTake(EniAttachment attachment)
    {
        if (nodesInReplacement.Contains(attachment.Spec!.NodeName))
        {
            return true;
        }

        return nodesInReplacement.Count < maximum && nodesInReplacement.Add(attachment.Spec.NodeName);
    }

    // One that is not ready yet counts too: the next node waits until the replaced one works.
    private static bool IsInReplacement(EniAttachment attachment) =>
        attachment.Metadata.IsBeingDeleted || !Api.Kubernetes.Conditions.IsTrue(attachment.Status?.Conditions, Api.ConditionTypes.Ready);
}
