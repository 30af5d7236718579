using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;

namespace MultiEni.Controller.Planning;

/// <summary>Everything the plan for one NodeENI depends on.</summary>
/// <param name="NodeEni">What the user wants.</param>
/// <param name="Nodes">The nodes that match its selector, in a stable order.</param>
/// <param name="Network">Its subnets and groups; null when they could not be resolved, which plans nothing new and deletes nothing.</param>
/// <param name="Existing">The attachments that this NodeENI has.</param>
/// <param name="EnisOfOthers">ENIs that attachments of other NodeENIs take, by instance.</param>
/// <param name="MaximumEnis">The most ENIs that an instance type takes on a network card, primary included; null when unknown.</param>
public sealed record PlanInput(
    NodeEni NodeEni,
    IReadOnlyList<PlannedNode> Nodes,
    ResolvedNetwork? Network,
    IReadOnlyList<EniAttachment> Existing,
    Func<string, int, int> EnisOfOthers,
    Func<string, int, int?> MaximumEnis
);
