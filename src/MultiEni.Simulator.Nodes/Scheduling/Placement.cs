using System.Text.Json.Nodes;
using MultiEni.Simulator.Nodes.Scheduling.Devices;

namespace MultiEni.Simulator.Nodes.Scheduling;

/// <summary>Where a pod goes.</summary>
internal abstract record Placement
{
    private Placement() { }

    /// <summary>On a node.</summary>
    /// <param name="Node">The node.</param>
    /// <param name="Devices">What its claims get there; null when it has none.</param>
    internal sealed record OnNode(string Node, NodeDevicesChoice? Devices) : Placement;

    /// <summary>Nowhere, with the message that users know from their pods.</summary>
    internal sealed record Nowhere(string Message) : Placement;

    /// <summary>The first node that fits, in the order given.</summary>
    /// <param name="pod">What the pod asks for.</param>
    /// <param name="nodes">
    /// What there is, and thousandths that pods on the node use already.
    /// </param>
    /// <param name="choose">
    /// Looks for devices on a node, of a pod that has or needs claims there.
    /// </param>
    internal static Placement Of(
        PodNeeds pod,
        IReadOnlyCollection<(NodeOffer Node, IReadOnlyDictionary<string, long> Used)> nodes,
        Func<NodeOffer, NodeDevicesChoice?> choose
    )
    {
        var reasons = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var (node, used) in nodes)
        {
            var devices = choose(node);
            var refusals = Refusals(pod.Without([.. devices?.Classes.Keys ?? []]), node, used).ToList();
            if (refusals.Count == 0 && devices?.Outcome is AllocationOutcome.Failed failed)
            {
                return new Nowhere(failed.Message);
            }

            if (refusals.Count == 0 && devices?.Outcome is AllocationOutcome.NotOnNode missing)
            {
                refusals.Add(missing.Message);
            }

            if (refusals.Count == 0)
            {
                return new OnNode(node.Name, devices);
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

/// <summary>What a pod's claims would get on a node.</summary>
/// <param name="Claims">
/// Its claims, the one of extended resources last, which does not exist yet.
/// </param>
/// <param name="Outcome">The devices of each, or why there are none.</param>
/// <param name="Classes">
/// Extended resources that the node does not count, and the device class of each.
/// </param>
internal sealed record NodeDevicesChoice(IReadOnlyList<JsonObject> Claims, AllocationOutcome Outcome, IReadOnlyDictionary<string, string> Classes);
