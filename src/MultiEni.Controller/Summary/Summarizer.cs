using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Ec2.Permissions;
using MultiEni.Controller.Planning;

namespace MultiEni.Controller.Summary;

/// <summary>Summarises the attachments of a NodeENI in its status. Pure, and stable: the same facts give an equal status.</summary>
public static class Summarizer
{
    /// <summary>How many nodes a message names before it counts.</summary>
    private const int NamedNodes = 3;

    /// <summary>The status that a NodeENI should have.</summary>
    /// <param name="nodeEni">The NodeENI as it is.</param>
    /// <param name="plan">What its last plan found.</param>
    /// <param name="attachments">Its attachments.</param>
    /// <param name="denied">EC2 actions that the controller's role lacks.</param>
    /// <param name="now">The time.</param>
    public static NodeEniStatus Summarize(
        NodeEni nodeEni,
        PlanOutcome plan,
        IReadOnlyList<EniAttachment> attachments,
        IReadOnlyList<DeniedPermission> denied,
        DateTimeOffset now
    )
    {
        ArgumentNullException.ThrowIfNull(nodeEni);
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(attachments);
        var staying = attachments.Where(attachment => !attachment.Metadata.IsBeingDeleted).ToList();
        var ready = staying.Count(IsReady);
        var status = new NodeEniStatus
        {
            MatchedNodes = plan.MatchedNodes,
            DesiredEnis = plan.Desired,
            AttachedEnis = attachments.Count(attachment => attachment.Status?.Conditions.IsTrue(ConditionTypes.Attached) == true),
            ReadyEnis = ready,
            DpdkBoundEnis = attachments.Count(IsBound),
            Ready = $"{ready}/{plan.Desired}",
            ObservedGeneration = plan.Generation,
            Conditions = Claims(nodeEni, plan, attachments, denied, ready)
                .Select(claim =>
                    Conditions.Next(
                        nodeEni.Status?.Conditions,
                        claim.Type,
                        claim.Claim.Holds ? ConditionStatus.True : ConditionStatus.False,
                        claim.Claim.Reason,
                        claim.Claim.Message,
                        plan.Generation,
                        now
                    )
                )
                .ToList(),
        };
        if (attachments.Count > NodeEniStatus.MaximumListedAttachments)
        {
            status.AttachmentsTruncated = true;
            return status;
        }

        status.Attachments = Entries(nodeEni, attachments, now);
        return status;
    }

    private static List<NodeEniAttachment> Entries(NodeEni nodeEni, IReadOnlyList<EniAttachment> attachments, DateTimeOffset now)
    {
        var before = (nodeEni.Status?.Attachments ?? []).GroupBy(Key).ToDictionary(group => group.Key, group => group.First());
        return attachments
            .OrderBy(attachment => attachment.Spec!.NodeName, StringComparer.Ordinal)
            .ThenBy(attachment => attachment.Status?.Network?.DeviceIndex ?? attachment.Spec!.DeviceIndex)
            .ThenBy(attachment => attachment.Metadata.Name, StringComparer.Ordinal)
            .Select(attachment =>
            {
                var entry = AttachmentEntry.Of(attachment);
                var previous = before.GetValueOrDefault(Key(entry));
                var unchanged = previous is not null && previous with { LastUpdated = null } == entry;
                return entry with { LastUpdated = unchanged ? previous!.LastUpdated : Timestamps.ToSeconds(now) };
            })
            .ToList();
    }

    private static (string, string, string?) Key(NodeEniAttachment entry) => (entry.NodeId, entry.InstanceId, entry.SubnetId);

    private static IEnumerable<(string Type, ConditionClaim Claim)> Claims(
        NodeEni nodeEni,
        PlanOutcome plan,
        IReadOnlyList<EniAttachment> attachments,
        IReadOnlyList<DeniedPermission> denied,
        int ready
    )
    {
        var resolution = plan.Resolution;
        yield return (ConditionTypes.SubnetsResolved, resolution.Subnets);
        yield return (ConditionTypes.SecurityGroupsResolved, resolution.SecurityGroups);

        var unready = attachments.Where(attachment => !IsReady(attachment)).ToList();
        var progressing = Progressing(nodeEni, plan, attachments, unready);
        var permissions = PermissionClaim.For(denied, nodeEni.Status?.Conditions.Find(ConditionTypes.PermissionsGranted) is not null);
        var degraded = Degraded(plan, attachments, unready, permissions);
        yield return (ConditionTypes.Progressing, progressing);
        yield return (ConditionTypes.Degraded, degraded);
        if (permissions is not null)
        {
            yield return (ConditionTypes.PermissionsGranted, permissions);
        }

        yield return (ConditionTypes.Ready, Ready(nodeEni, plan, ready, progressing, degraded));
    }

    private static ConditionClaim Progressing(
        NodeEni nodeEni,
        PlanOutcome plan,
        IReadOnlyList<EniAttachment> attachments,
        List<EniAttachment> unready
    )
    {
        if (nodeEni.Metadata.IsBeingDeleted)
        {
            return attachments.Count == 0
                ? new(false, Reasons.Deleting, "no ENI is left")
                : new(true, Reasons.Deleting, $"{attachments.Count} ENIs are being taken away: {Named(attachments, DescribeHindrance)}");
        }

        var underWay = unready.Where(attachment => !AttachmentTrouble.Is(attachment)).ToList();
        var waiting = plan.Problems.Where(problem => problem.Temporary).ToList();
        if (underWay.Count > 0)
        {
            return new(true, Reasons.Progressing, $"{underWay.Count} ENIs are under way: {Named(underWay, DescribeHindrance)}");
        }

        return waiting.Count > 0 ? new(true, waiting[0].Reason, Named(waiting)) : new(false, Reasons.AsExpected, "nothing is under way");
    }

    private static ConditionClaim Degraded(
        PlanOutcome plan,
        IReadOnlyList<EniAttachment> attachments,
        List<EniAttachment> unready,
        ConditionClaim? permissions
    )
    {
        foreach (var claim in new[] { plan.Resolution.Subnets, plan.Resolution.SecurityGroups })
        {
            if (!claim.Holds)
            {
                return claim with { Holds = true };
            }
        }

        var lasting = plan.Problems.Where(problem => !problem.Temporary).ToList();
        if (lasting.Count > 0)
        {
            return new(true, lasting[0].Reason, Named(lasting));
        }

        var troubled = unready.Where(AttachmentTrouble.Is).ToList();
        if (troubled.Count > 0)
        {
            return new(true, AttachmentTrouble.Reason(troubled[0]), Named(troubled, DescribeHindrance));
        }

        if (permissions is { Holds: false })
        {
            return permissions with { Holds = true };
        }

        var moved = attachments.Where(HasOtherIndex).ToList();
        return moved.Count > 0
            ? new(
                true,
                Reasons.DeviceIndexTaken,
                Named(
                    moved,
                    attachment => $"device index {attachment.Spec!.DeviceIndex} was taken, {attachment.Status!.Network!.DeviceIndex} is used"
                ) + "; give each NodeENI of a node its own spec.deviceIndex"
            )
            : new(false, Reasons.AsExpected, "nothing is wrong");
    }

    private static ConditionClaim Ready(NodeEni nodeEni, PlanOutcome plan, int ready, ConditionClaim progressing, ConditionClaim degraded)
    {
        if (nodeEni.Metadata.IsBeingDeleted)
        {
            return new(false, Reasons.Deleting, progressing.Message);
        }

        if (plan.Resolution.Network is null)
        {
            return degraded with { Holds = false };
        }

        if (plan.MatchedNodes == 0)
        {
            var selector = string.Join(",", nodeEni.Spec!.NodeSelector.Select(label => $"{label.Key}={label.Value}"));
            return new(true, Reasons.NoMatchingNodes, $"no node has the labels {selector}");
        }

        var shortOfNodes = plan.Problems.Any(problem => !problem.Temporary);
        if (ready == plan.Desired && !shortOfNodes && plan.Problems.Count == 0)
        {
            return new(true, Reasons.Ready, $"{ready} of {plan.Desired} ENIs are ready on {plan.MatchedNodes} nodes");
        }

        return degraded.Holds && degraded.Reason != Reasons.DeviceIndexTaken ? degraded with { Holds = false } : progressing with { Holds = false };
    }

    private static bool IsReady(EniAttachment attachment) => attachment.Status?.Conditions.IsTrue(ConditionTypes.Ready) == true;

    private static bool IsBound(EniAttachment attachment) => attachment.Status?.Conditions.IsTrue(ConditionTypes.Bound) == true;

    private static bool HasOtherIndex(EniAttachment attachment) =>
        attachment.Status?.Network is { State: EniState.Attached, DeviceIndex: { } used } && used != attachment.Spec!.DeviceIndex;

    private static string DescribeHindrance(EniAttachment attachment) =>
        attachment.Status?.Conditions.Find(ConditionTypes.Ready)?.Message ?? "not looked at yet";

    private static string Named(IReadOnlyList<EniAttachment> attachments, Func<EniAttachment, string> say) =>
        // The first few of a sequence in order are found without sorting all of it.
        Named(attachments.Select(attachment => (attachment.Spec!.NodeName, say(attachment))).Order().Take(NamedNodes), attachments.Count);

    private static string Named(List<NodeProblem> problems) =>
        Named(problems.Take(NamedNodes).Select(problem => (problem.NodeName, problem.Message)), problems.Count);

    private static string Named(IEnumerable<(string Node, string Text)> some, int all)
    {
        var first = string.Join("; ", some.Select(item => $"{item.Node}: {item.Text}"));
        return all <= NamedNodes ? first : $"{first}; and {all - NamedNodes} more";
    }
}
