using MultiEni.Api.EniAttachments;

namespace MultiEni.Controller.Planning;

/// <summary>
/// Limits how many nodes of a NodeENI lose an ENI for its replacement at one time: a tenth, and at
/// least one. A change of the specification then rolls over the nodes instead of cutting them all
/// off at once.
/// </summary>
internal sealed class ReplacementAllowance
{
    private readonly HashSet<string> _nodesInReplacement;
    private readonly HashSet<string> _nodesWithoutAll;
    private readonly int _maximum;

    public ReplacementAllowance(int nodes, IReadOnlyDictionary<string, EniAttachment> existing, IReadOnlyDictionary<string, EniAttachment> desired)
    {
        _maximum = Math.Max(1, nodes / 10);
        _nodesInReplacement = existing.Values.Where(IsInReplacement).Select(NodeOf).ToHashSet();

        // Between the old one's end and the new one's beginning there is none, and yet the next
        // node has to wait.
        _nodesWithoutAll = desired.Values.Where(wanted => !existing.ContainsKey(wanted.Metadata.Name)).Select(NodeOf).ToHashSet();
        _nodesWithoutAll.UnionWith(_nodesInReplacement);
    }

    /// <summary>The nodes that the others have to wait for, in order.</summary>
    public IReadOnlyList<string> InTheWay => [.. _nodesWithoutAll.Order(StringComparer.Ordinal)];

    /// <summary>
    /// Whether the attachment may be taken away now. All of one node count as one.
    /// </summary>
    public bool TryTake(EniAttachment attachment)
    {
        var node = NodeOf(attachment);
        if (_nodesInReplacement.Contains(node))
        {
            return true;
        }

        if (_nodesWithoutAll.Count - (_nodesWithoutAll.Contains(node) ? 1 : 0) >= _maximum)
        {
            return false;
        }

        _nodesWithoutAll.Add(node);
        return _nodesInReplacement.Add(node);
    }

    private static string NodeOf(EniAttachment attachment) => attachment.Spec!.NodeName;

    // One that is not ready yet counts too: the next node waits until the replaced one works.
    private static bool IsInReplacement(EniAttachment attachment) =>
        attachment.Metadata.IsBeingDeleted || !Api.Kubernetes.Conditions.IsTrue(attachment.Status?.Conditions, Api.ConditionTypes.Ready);
}
