namespace MultiEni.Simulator.Nodes.Scheduling;

/// <summary>Where a pod goes.</summary>
internal abstract record Placement
{
    private Placement() { }

    internal sealed record OnNode(string Node) : Placement;

    /// <summary>Nowhere, with the message that users know from their pods.</summary>
    internal sealed record Nowhere(string Message) : Placement;

    /// <summary>The first node that fits, in the order given.</summary>
    /// <param name="pod">What the pod asks for.</param>
    /// <param name="nodes">What there is, and thousandths that pods on the node use already.</param>
    internal static Placement Of(PodNeeds pod, IReadOnlyCollection<(NodeOffer Node, IReadOnlyDictionary<string, long> Used)> nodes)
    {
        var reasons = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var (node, used) in nodes)
        {
            var refusals = Refusals(pod, node, used).ToList();
            if (refusals.Count == 0)
            {
                return new OnNode(node.Name);
            }

            foreach (var refusal in refusals)
            {
                reasons[refusal] = reasons.GetValueOrDefault(refusal) + 1;
            }
        }

        var total = nodes.Count;
        var listed = string.Join(", ", reasons.Select(reason => $"{reason.Value} {reason.Key}"));
        return new Nowhere(
            total == 0
                ? "no nodes available to schedule pods"
                : $"0/{total} nodes are available: {listed}. preemption: 0/{total} nodes are available: {total} No preemption victims found for incoming pod."
        );
    }

    private static IEnumerable<string> Refusals(PodNeeds pod, NodeOffer node, IReadOnlyDictionary<string, long> used)
    {
        if (node.Unschedulable)
        {
            yield return "node(s) were unschedulable";
            yield break;
        }

        if (
            node.Taints.FirstOrDefault(taint => taint.Effect != "PreferNoSchedule" && !pod.Tolerations.Any(toleration => toleration.Bears(taint))) is
            { } taint
        )
        {
            yield return $"node(s) had untolerated taint {{{taint.Key}: {taint.Value}}}";
            yield break;
        }

        if (pod.NodeSelector.Any(label => node.Labels.GetValueOrDefault(label.Key) != label.Value))
        {
            yield return "node(s) didn't match Pod's node affinity/selector";
            yield break;
        }

        foreach (var (resource, amount) in pod.Resources)
        {
            if (amount > node.Allocatable.GetValueOrDefault(resource) - used.GetValueOrDefault(resource))
            {
                yield return resource == "pods" ? "Too many pods" : $"Insufficient {resource}";
            }
        }
    }
}
