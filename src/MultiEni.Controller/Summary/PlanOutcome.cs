using MultiEni.Controller.Ec2.Failures;
using MultiEni.Controller.Planning;

namespace MultiEni.Controller.Summary;

/// <summary>What the last plan of a NodeENI found, for its status.</summary>
/// <param name="Generation">The generation planned.</param>
/// <param name="MatchedNodes">How many nodes match.</param>
/// <param name="Desired">How many attachments there should be.</param>
/// <param name="Resolution">What became of subnets and security groups.</param>
/// <param name="Problems">Nodes that get fewer ENIs than asked for.</param>
/// <param name="DesiredByNode">
/// For every node that was planned, how many attachments it should have.
/// </param>
internal sealed record PlanOutcome(
    long? Generation,
    int MatchedNodes,
    int Desired,
    NetworkResolution Resolution,
    IReadOnlyList<NodeProblem> Problems,
    IReadOnlyDictionary<string, int> DesiredByNode
)
{
    /// <summary>Of a NodeENI that is being deleted and has no ENI left.</summary>
    public static PlanOutcome OfNothing(long? generation)
    {
        var nothing = new ConditionClaim(true, Api.Reasons.Deleting, "no ENI is left");
        return new PlanOutcome(generation, 0, 0, new NetworkResolution(null, nothing, nothing), [], new Dictionary<string, int>());
    }

    /// <summary>Of a NodeENI that is being deleted and has retained ENIs left.</summary>
    /// <param name="generation">The generation of the NodeENI.</param>
    /// <param name="count">How many are left.</param>
    /// <param name="failure">Why EC2 did not delete one of them; null when it did not refuse any.</param>
    public static PlanOutcome OfRetained(long? generation, int count, Ec2Failure? failure) =>
        OfNothing(generation) with
        {
            Retained = $"{count} retained ENIs are being deleted{(failure is null ? "" : $": {FailureMessage.For(failure)}")}",
        };

    /// <summary>What is said of the retained ENIs of a NodeENI that is being deleted; null when none is left.</summary>
    public string? Retained { get; init; }

    /// <summary>
    /// UIDs of the attachments that exist with a former specification and have to be replaced.
    /// </summary>
    public IReadOnlySet<string> Outdated { get; init; } = new HashSet<string>();

    /// <summary>
    /// The attachments that are to change in place, each with the generation that it has before.
    /// </summary>
    public IReadOnlySet<(string Uid, long? Generation)> Changing { get; init; } = new HashSet<(string, long?)>();

    /// <summary>UIDs of the attachments that are to go without a successor.</summary>
    public IReadOnlySet<string> Unwanted { get; init; } = new HashSet<string>();

    /// <summary>
    /// The nodes that replacements wait for, because an ENI of theirs is missing or not ready;
    /// sorted.
    /// </summary>
    public IReadOnlyList<string> InTheWay { get; init; } = [];

    /// <summary>Names of the attachments that did not exist yet.</summary>
    public IReadOnlySet<string> Missing { get; init; } = new HashSet<string>();

    /// <summary>
    /// Whether attachments have to be replaced and wait until others are: then each that becomes
    /// ready is a reason to plan again.
    /// </summary>
    public bool HoldsBack { get; init; }
}
