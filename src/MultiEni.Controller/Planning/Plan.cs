using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;

namespace MultiEni.Controller.Planning;

/// <summary>
/// What to do for one NodeENI so that every matching node has its attachments and no other node has
/// any.
/// </summary>
/// <param name="Apply">Attachments to create, or to bring up to date in place.</param>
/// <param name="Delete">Attachments to take away.</param>
/// <param name="Problems">Nodes that get fewer ENIs than asked for, sorted by name.</param>
/// <param name="Desired">How many attachments there should be.</param>
/// <param name="UsesFreeAddresses">
/// Whether free addresses of subnets had a part in it, so that they had better be fresh.
/// </param>
internal sealed record Plan(
    IReadOnlyList<EniAttachment> Apply,
    IReadOnlyList<EniAttachment> Delete,
    IReadOnlyList<NodeProblem> Problems,
    int Desired,
    bool UsesFreeAddresses = false
)
{
    /// <summary>For every node that was planned, how many attachments it should have.</summary>
    public IReadOnlyDictionary<string, int> DesiredByNode { get; init; } = new Dictionary<string, int>();

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

    /// <summary>Whether attachments have to be replaced and wait until others are.</summary>
    public bool HoldsBack { get; init; }
}

/// <summary>A node as the plan sees it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Identity">What stands behind it.</param>
/// <param name="InstanceType">Its instance type, or null when no label tells.</param>
internal sealed record PlannedNode(string Name, NodeIdentity Identity, string? InstanceType)
{
    /// <summary>Reads a node of the Kubernetes API.</summary>
    public static PlannedNode Of(Node node)
    {
        return new PlannedNode(node.Metadata.Name, NodeIdentity.Of(node), node.Metadata.Label(NodeIdentity.InstanceTypeLabel));
    }
}

/// <summary>Why a matching node gets no ENI, or fewer than asked for.</summary>
/// <param name="NodeName">The node.</param>
/// <param name="Reason">One of <see cref="Api.Reasons"/>.</param>
/// <param name="Message">What is the case and what to do.</param>
/// <param name="Temporary">
/// Whether it should end by itself, so that it is progress and not a defect.
/// </param>
internal sealed record NodeProblem(string NodeName, string Reason, string Message, bool Temporary);

/// <summary>What a condition is to say.</summary>
/// <param name="Holds">Whether it is true.</param>
/// <param name="Reason">One of <see cref="Api.Reasons"/>.</param>
/// <param name="Message">A sentence for people.</param>
internal sealed record ConditionClaim(bool Holds, string Reason, string Message);
