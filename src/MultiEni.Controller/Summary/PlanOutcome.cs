using MultiEni.Controller.Planning;

namespace MultiEni.Controller.Summary;

/// <summary>What the last plan of a NodeENI found, for its status.</summary>
/// <param name="Generation">The generation planned.</param>
/// <param name="MatchedNodes">How many nodes match.</param>
/// <param name="Desired">How many attachments there should be.</param>
/// <param name="Resolution">What became of subnets and security groups.</param>
/// <param name="Problems">Nodes that get fewer ENIs than asked for.</param>
/// <param name="DesiredByNode">For every node that was planned, how many attachments it should have.</param>
public sealed record PlanOutcome(
    long? Generation,
    int MatchedNodes,
    int Desired,
    NetworkResolution Resolution,
    IReadOnlyList<NodeProblem> Problems,
    IReadOnlyDictionary<string, int> DesiredByNode
)
{
    /// <summary>Whether attachments have to be replaced and wait until others are: then each that becomes ready is a reason to plan again.</summary>
    public bool HoldsBack { get; init; }
}
