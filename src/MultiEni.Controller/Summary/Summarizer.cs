using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Attachments;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Ec2.Permissions;
using MultiEni.Controller.Kubernetes;
using MultiEni.Controller.Planning;

namespace MultiEni.Controller.Summary;

/// <summary>
/// Summarises the attachments of a NodeENI in its status. Pure, and stable: the same facts give an
/// equal status.
/// </summary>
internal static class Summarizer
{
    /// <summary>How many nodes a message names before it counts.</summary>
    private const int NamedNodes = 3;

    /// <summary>The status that a NodeENI should have.</summary>
    /// <param name="nodeEni">The NodeENI as it is.</param>
    /// <param name="plan">What its last plan found.</param>
    /// <param name="attachments">Its attachments.</param>
    /// <param name="retained">The ENIs that it keeps for the next node; null while they are not known.</param>
    /// <param name="denied">EC2 permissions that the controller's role lacks.</param>
    /// <param name="refused">
    /// Writes that the API server refuses and that concern the NodeENI.
    /// </param>
    /// <param name="now">The time.</param>
    public static NodeEniStatus Summarize(
        NodeEni nodeEni,
        PlanOutcome plan,
        IReadOnlyList<EniAttachment> attachments,
        IReadOnlyList<EniRow>? retained,
        IReadOnlyList<DeniedPermission> denied,
        IReadOnlyList<WriteFailure> refused,
        DateTimeOffset now
    )
    {
        var facts = new Facts(nodeEni, plan, attachments, denied, refused, now);
        var ready = facts.Ready;
        var status = new NodeEniStatus
        {
            MatchedNodes = plan.MatchedNodes,
            DesiredEnis = plan.Desired,
            AttachedEnis = attachments.Count(attachment => attachment.Status?.Conditions.IsTrue(ConditionTypes.Attached) == true),
            ReadyEnis = ready,
            DpdkBoundEnis = attachments.Count(AgentAnswer.IsBound),
            Ready = $"{ready}/{plan.Desired}",
            ObservedGeneration = plan.Generation,
            Conditions = Claims(facts)
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
        if (nodeEni is { Spec.RetainPolicy: RetainPolicies.Retain, Metadata.IsBeingDeleted: false })
        {
            status.RetainedEnis = retained is null ? nodeEni.Status?.RetainedEnis : retained.Count;
            status.Retained =
                retained is null ? nodeEni.Status?.Retained
                : retained.Count > 0 ? [.. retained.Take(NodeEniStatus.MaximumListedRetained).Select(Entry)]
                : null;
        }

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

    private static RetainedEni Entry(EniRow row) =>
        new()
        {
            EniId = row.EniId,
            SubnetId = row.SubnetId,
            PrivateIp = Retention.PrimaryOf(row),
            PublicIp = row.ElasticIp?.PublicIp,
            NodeId = row.Tags.GetValueOrDefault(EniTags.Node),
        };

    private static (string, string, string?) Key(NodeEniAttachment entry) => (entry.NodeId, entry.InstanceId, entry.SubnetId);

    private static IEnumerable<(string Type, ConditionClaim Claim)> Claims(Facts facts)
    {
        var resolution = facts.Plan.Resolution;
        yield return (ConditionTypes.SubnetsResolved, resolution.Subnets);
        yield return (ConditionTypes.SecurityGroupsResolved, resolution.SecurityGroups);

        var before = facts.NodeEni.Status?.Conditions.Find(ConditionTypes.PermissionsGranted);
        var progressing = Progressing(facts);
        var permissions = PermissionClaim.For(facts.Denied, before is not null);
        var degraded = Degraded(facts, permissions);
        yield return (ConditionTypes.Progressing, progressing);
        yield return (ConditionTypes.Degraded, degraded);
        if (permissions is not null)
        {
            yield return (ConditionTypes.PermissionsGranted, permissions);
        }

        if (PodAddresses(facts) is { } addresses)
        {
            yield return (ConditionTypes.PodAddresses, addresses);
        }

        yield return (ConditionTypes.Ready, Ready(facts, progressing, degraded));
    }

    // An ENI without addresses for more pods works for those that have one: it stays ready.
    private static ConditionClaim? PodAddresses(Facts facts)
    {
        if (facts.NodeEni.Spec!.PodAddresses is null || facts.NodeEni.Metadata.IsBeingDeleted)
        {
            return null;
        }

        var lacking = facts
            .Attachments.Where(attachment =>
                !attachment.Metadata.IsBeingDeleted
                && attachment.Status?.Conditions.Find(ConditionTypes.PodAddresses) is { Status: ConditionStatus.False }
            )
            .ToList();
        return lacking.Count == 0
            ? new(true, Reasons.AsExpected, "pods get addresses of the ENIs")
            : new(
                false,
                lacking[0].Status!.Conditions.Find(ConditionTypes.PodAddresses)!.Reason,
                Named(lacking, attachment => attachment.Status!.Conditions.Find(ConditionTypes.PodAddresses)!.Message)
            );
    }

    private static ConditionClaim Progressing(Facts facts)
    {
        var (attachments, plan, now) = (facts.Attachments, facts.Plan, facts.Now);
        if (facts.NodeEni.Metadata.IsBeingDeleted)
        {
            return attachments.Count == 0 && plan.Retained is { } retained ? new(true, Reasons.Deleting, retained)
                : attachments.Count == 0 ? new(false, Reasons.Deleting, "no ENI is left")
                : new(true, Reasons.Deleting, $"{attachments.Count} ENIs are being deleted: {Named(attachments, now)}");
        }

        // What is replaced is under way too, but what tells most is why it goes step by step.
        if (facts.Outdated > 0)
        {
            return new(true, Reasons.RolloutInProgress, Rollout(facts));
        }

        var inProgress = facts.Unready.Where(attachment => !AttachmentTrouble.Is(attachment, now)).ToList();
        if (inProgress.Count > 0)
        {
            return new(true, Reasons.Progressing, $"{inProgress.Count} ENIs are in progress: {Named(inProgress, now)}");
        }

        var waiting = plan.Problems.Where(problem => problem.Temporary).ToList();
        if (waiting.Count > 0)
        {
            return new(true, waiting[0].Reason, Named(waiting));
        }

        if (facts.Missing > 0)
        {
            return new(true, Reasons.Progressing, $"{facts.Missing} of {plan.Desired} ENIAttachments do not exist yet");
        }

        if (facts.Unwritten > 0)
        {
            return new(true, Reasons.Progressing, $"the new specification of {facts.Unwritten} ENIAttachments has not been written yet");
        }

        return facts.Unwanted > 0
            ? new(true, Reasons.Progressing, $"{facts.Unwanted} ENIs that are no longer wanted still exist")
            : new(false, Reasons.AsExpected, "nothing is in progress");
    }

    private static string Rollout(Facts facts)
    {
        var plan = facts.Plan;
        var message = $"{facts.Outdated} of {plan.Desired} ENIs still have the previous specification";
        if (!plan.HoldsBack)
        {
            return message;
        }

        var unready = facts.Unready.ToLookup(attachment => attachment.Spec!.NodeName);
        var blockers = plan
            .InTheWay.Take(NamedNodes)
            .Select(node =>
                (node, unready[node].Select(attachment => AttachmentTrouble.Describe(attachment, facts.Now)).FirstOrDefault("its ENI is replaced"))
            );
        return $"{message}; the next are replaced when the ENIs of these nodes are ready: {Named(blockers, plan.InTheWay.Count)}";
    }

    private static ConditionClaim Degraded(Facts facts, ConditionClaim? permissions)
    {
        var (plan, now) = (facts.Plan, facts.Now);
        foreach (var claim in new[] { plan.Resolution.Subnets, plan.Resolution.SecurityGroups })
        {
            if (!claim.Holds)
            {
                return claim with { Holds = true };
            }
        }

        if (facts.Refused.Count > 0)
        {
            return new(true, Reasons.KubernetesApiError, Named(facts.Refused));
        }

        var lasting = plan.Problems.Where(problem => !problem.Temporary).ToList();
        if (lasting.Count > 0)
        {
            return new(true, lasting[0].Reason, Named(lasting));
        }

        var troubled = facts.Unready.Where(attachment => AttachmentTrouble.Is(attachment, now)).ToList();
        if (troubled.Count > 0)
        {
            return new(true, AttachmentTrouble.Reason(troubled[0]), Named(troubled, now));
        }

        if (permissions is { Holds: false })
        {
            return permissions with { Holds = true };
        }

        var moved = facts.Attachments.Where(HasOtherIndex).ToList();
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

    private static ConditionClaim Ready(Facts facts, ConditionClaim progressing, ConditionClaim degraded)
    {
        var (nodeEni, plan) = (facts.NodeEni, facts.Plan);
        if (nodeEni.Metadata.IsBeingDeleted)
        {
            return new(false, Reasons.Deleting, progressing.Message);
        }

        if (plan.Resolution.Network is null)
        {
            return degraded with { Holds = false };
        }

        if (plan.MatchedNodes == 0 && facts.Unwanted == 0)
        {
            var selector = string.Join(",", nodeEni.Spec!.NodeSelector.Select(label => $"{label.Key}={label.Value}"));
            return new(true, Reasons.NoMatchingNodes, $"no node has the labels {selector}");
        }

        if (facts.Ready == plan.Desired && plan.Problems.Count == 0 && facts.Unwanted == 0)
        {
            return new(true, Reasons.Ready, $"{facts.Ready} of {plan.Desired} ENIs are ready on {plan.MatchedNodes} nodes");
        }

        return degraded.Holds && degraded.Reason != Reasons.DeviceIndexTaken ? degraded with { Holds = false } : progressing with { Holds = false };
    }

    // Which one an adopted ENI has was decided at launch.
    private static bool HasOtherIndex(EniAttachment attachment) =>
        attachment.Status?.Network is { State: EniState.Attached, DeviceIndex: { } used, Adopted: not true } && used != attachment.Spec!.DeviceIndex;

    private static string Named(IReadOnlyList<EniAttachment> attachments, DateTimeOffset now) =>
        Named(attachments, attachment => AttachmentTrouble.Describe(attachment, now));

    private static string Named(IReadOnlyList<EniAttachment> attachments, Func<EniAttachment, string> say) =>
        // The first few of a sequence in order are found without sorting all of it.
        Named(attachments.Select(attachment => (attachment.Spec!.NodeName, say(attachment))).Order().Take(NamedNodes), attachments.Count);

    private static string Named(IReadOnlyList<WriteFailure> refused)
    {
        var first = string.Join("; ", refused.Take(NamedNodes).Select(failure => failure.Message));
        return refused.Count <= NamedNodes ? first : $"{first}; and {refused.Count - NamedNodes} more";
    }

    private static string Named(List<NodeProblem> problems) =>
        Named(problems.Take(NamedNodes).Select(problem => (problem.NodeName, problem.Message)), problems.Count);

    private static string Named(IEnumerable<(string Node, string Text)> some, int all)
    {
        var first = string.Join("; ", some.Select(item => $"{item.Node}: {item.Text}"));
        return all <= NamedNodes ? first : $"{first}; and {all - NamedNodes} more";
    }

    /// <summary>The facts, with what several conditions count of them.</summary>
    private sealed record Facts(
        NodeEni NodeEni,
        PlanOutcome Plan,
        IReadOnlyList<EniAttachment> Attachments,
        IReadOnlyList<DeniedPermission> Denied,
        IReadOnlyList<WriteFailure> Refused,
        DateTimeOffset Now
    )
    {
        public List<EniAttachment> Unready { get; } = Attachments.Where(attachment => !AttachmentReadiness.Is(attachment)).ToList();

        /// <summary>
        /// Ready as they are planned: one with a former specification counts as little as one that
        /// is to go.
        /// </summary>
        public int Ready { get; } =
            Attachments.Count(attachment => !attachment.Metadata.IsBeingDeleted && !IsFormer(Plan, attachment) && AttachmentReadiness.Is(attachment));

        /// <summary>To be replaced, and not yet gone.</summary>
        public int Outdated { get; } = Attachments.Count(attachment => Plan.Outdated.Contains(attachment.Metadata.Uid!));

        /// <summary>To change in place, which has not been written, or was refused.</summary>
        public int Unwritten { get; } = Attachments.Count(attachment => IsUnwritten(Plan, attachment));

        /// <summary>
        /// To be taken away without a successor, and nobody has asked for that yet.
        /// </summary>
        public int Unwanted { get; } =
            Attachments.Count(attachment => !attachment.Metadata.IsBeingDeleted && Plan.Unwanted.Contains(attachment.Metadata.Uid!));

        /// <summary>Planned, and without an object.</summary>
        public int Missing => Plan.Desired - Attachments.Count(attachment => !Plan.Unwanted.Contains(attachment.Metadata.Uid!));

        private static bool IsFormer(PlanOutcome plan, EniAttachment attachment) =>
            plan.Outdated.Contains(attachment.Metadata.Uid!) || plan.Unwanted.Contains(attachment.Metadata.Uid!) || IsUnwritten(plan, attachment);

        private static bool IsUnwritten(PlanOutcome plan, EniAttachment attachment) =>
            plan.Changing.Contains((attachment.Metadata.Uid!, attachment.Metadata.Generation));
    }
}
