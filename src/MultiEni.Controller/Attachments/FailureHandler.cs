using System.Diagnostics;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Ec2.Failures;
using MultiEni.Controller.Ec2.Inventory;
using MultiEni.Controller.Networks;
using MultiEni.Controller.PodAddresses;
using MultiEni.Controller.Telemetry;
using MultiEni.Operator.Queues;

namespace MultiEni.Controller.Attachments;

/// <summary>
/// Draws the consequences of a failed EC2 call: what is forgotten, what is not tried for a while,
/// what is reported, and when to look again.
/// </summary>
internal sealed class FailureHandler(
    EniInventory inventory,
    AttachmentWriter writer,
    PodAddressMemory podAddresses,
    IndexReservations reservations,
    CreateCooldowns cooldowns,
    StepBackoff backoff,
    NetworkCatalog catalog,
    ElasticIpCatalog elasticIps,
    ControllerMetrics metrics
)
{
    private static readonly TimeSpan UnknownRetry = TimeSpan.FromSeconds(5);

    /// <summary>Handles the failure of a step, and says when to look again.</summary>
    public async Task<ReconcileResult> HandleAsync(EniAttachment attachment, EniStep step, Ec2Failure failure, CancellationToken cancellationToken)
    {
        metrics.Failed(step.Operation, failure);
        if (step is EniStep.Create or EniStep.AdoptLaunched or EniStep.Take && failure.Reaction.ProvesNothingWasDone)
        {
            reservations.Release(attachment.Metadata.Name);
        }

        var row = EniDecision.Kept(attachment, inventory.FindBySlot(attachment.Metadata.Name));
        var attempt = await ReactAsync(attachment, step, failure, row, cancellationToken);
        var report = FailureReport.For(step, failure, attachment.Spec!.SubnetId);
        if (report.Condition is { } blocker && !IsNoNews(attachment, step, failure))
        {
            backoff.Start(attachment, step, BackoffOf(step, failure), blocker);
            if (report.Event is { } reason && attachment.Status?.Conditions.Find(ConditionTypes.Ready)?.Reason != blocker.Reason)
            {
                writer.Warning(attachment, reason, $"{attachment.Spec!.NodeName}: {blocker.Message}");
            }

            await writer.ReportAsync(attachment, row, attempt, blocker, cancellationToken);
        }

        return ReconcileResult.After(failure.Reaction.RetryAfter ?? UnknownRetry);
    }

    /// <summary>
    /// Handles the failure of a change of addresses for pods. The ENI is as ready as before; what
    /// EC2 refused is in the condition <c>PodAddresses</c> while it is needed.
    /// </summary>
    public void HandlePodAddresses(EniAttachment attachment, EniStep.ChangePodAddresses step, Ec2Failure failure)
    {
        metrics.Failed(step.Operation, failure);
        var spec = attachment.Spec!;
        failure = OfPrefixes(step.Change, failure);
        StartCooldown(step.Change, failure, spec.SubnetId);
        var report = FailureReport.For(step, failure, spec.SubnetId);
        var isNews = podAddresses.Failed(attachment.Metadata.Name, step, failure, report.Condition);
        inventory.Watch(step.Row.EniId);
        if (attachment.Metadata.IsBeingDeleted)
        {
            podAddresses.NotGivenBack(attachment.Metadata.Name, failure.Reaction.Kind);
            if (report.Condition is { } blocker && !podAddresses.KeepsAddresses(attachment.Metadata.Name))
            {
                backoff.Start(attachment, step, failure.Reaction.RetryAfter ?? UnknownRetry, blocker);
            }
        }

        foreach (var from in step.Change.Sources)
        {
            inventory.Watch(from.EniId);
        }

        // What pods wait for is told when it comes into the status.
        if (isNews && step.Change is PodAddressChange.Unassign unassign && report is { Event: not null, Condition: { } claim })
        {
            writer.Warning(attachment, Events.AddressNotReturned, $"{spec.NodeName}: {string.Join(", ", unassign.Addresses)}: {claim.Message}");
        }
    }

    // That a subnet lacks whole blocks says nothing of single addresses, in whichever words.
    private static Ec2Failure OfPrefixes(PodAddressChange change, Ec2Failure failure) =>
        change is PodAddressChange.AssignCount { Kind: PodAddressKind.Ipv4Prefix } && failure.Reaction.Kind == ReactionKind.SubnetFull
            ? failure with
            {
                Reaction = Ec2Reaction.NoFreeBlock,
            }
            : failure;

    // A subnet that has no eight addresses may have one, which is all that a new ENI needs.
    private void StartCooldown(PodAddressChange change, Ec2Failure failure, string subnetId)
    {
        if (failure.Reaction.Kind == ReactionKind.SubnetFull && change is PodAddressChange.AssignCount { MayBeLess: true } assign)
        {
            cooldowns.StartShortage(failure, subnetId, assign.Kind == PodAddressKind.Ipv4Prefix, assign.Count);
        }
        else if (failure.Reaction.Kind != ReactionKind.SubnetFull || change is not PodAddressChange.AssignNamed { Addresses.Count: > 1 })
        {
            cooldowns.Start(failure, subnetId);
        }
    }

    /// <summary>
    /// Corrects what the controller believes, as the failure shows it to be wrong.
    /// </summary>
    /// <returns>The create attempt to remember; null for the same one.</returns>
    private async Task<int?> ReactAsync(EniAttachment attachment, EniStep step, Ec2Failure failure, EniRow? row, CancellationToken cancellationToken)
    {
        var spec = attachment.Spec!;
        cooldowns.Start(failure, spec.SubnetId);
        if (step is EniStep.Attach attach && failure.Reaction.Kind == ReactionKind.IndexTaken)
        {
            reservations.MarkTaken(spec.InstanceId, spec.NetworkCardIndex, attach.DeviceIndex);
        }

        if (step is EniStep.AssociateElasticIp associate && IsAboutTheElasticIp(failure))
        {
            // The ENI may have one that no sweep has shown yet.
            inventory.Watch(associate.Row.EniId);
            elasticIps.Refuse(attachment, associate.AllocationId, failure.Reaction.RetryAfter!.Value);
        }

        if (step is EniStep.Create create && failure.Reaction.Kind == ReactionKind.ParameterMismatch)
        {
            await inventory.RefreshSlotsAsync([attachment.Metadata.Name], cancellationToken);
            return create.Attempt + 1;
        }

        switch (failure.Reaction.Stale)
        {
            case StaleKnowledge.None:
                break;
            case StaleKnowledge.Slot:
                await RefreshAsync(attachment, cancellationToken);
                break;
            case StaleKnowledge.Eni when step is EniStep.Adopt adopt:
                inventory.ForgetUnclaimed(adopt.Row.EniId);
                break;
            case StaleKnowledge.Eni when step is EniStep.AdoptLaunched adopt:
                inventory.ForgetLaunched(adopt.Row);
                break;
            case StaleKnowledge.Eni when step is EniStep.Release release:
                inventory.Watch(release.Row.EniId);
                break;
            case StaleKnowledge.Eni when step is EniStep.Take take:
                inventory.Watch(take.Row.EniId);
                break;
            case StaleKnowledge.Eni when row is not null:
                inventory.Watch(row.EniId);
                break;
            case StaleKnowledge.Eni:
                break;
            case StaleKnowledge.Occupancy:
                inventory.ForgetOccupancy(InstanceId.Parse(spec.InstanceId, null));
                break;
            case StaleKnowledge.Subnet:
                catalog.ForgetSubnet(spec.SubnetId);
                break;
            case StaleKnowledge.SecurityGroups:
                catalog.ForgetSecurityGroups(spec.SecurityGroupIds);
                break;
            default:
                throw new UnreachableException($"{failure.Reaction.Stale} is not handled");
        }

        return null;
    }

    private static bool IsAboutTheElasticIp(Ec2Failure failure) =>
        failure.Reaction == Ec2Reaction.ElasticIpInUse || failure.Code.StartsWith("InvalidAllocationID", StringComparison.Ordinal);

    // Delete-on-termination waits among thousands right after they were attached; that a try of it
    // was throttled is no news.
    private static bool IsNoNews(EniAttachment attachment, EniStep step, Ec2Failure failure) =>
        step is EniStep.Update { Row: { Attachment: not null } row }
        && failure.Reaction.Kind is ReactionKind.Throttled or ReactionKind.OutcomeUnknown
        && AttachmentReport.Difference(attachment, row) is null;

    private static TimeSpan BackoffOf(EniStep step, Ec2Failure failure)
    {
        var isHeld = failure.Reaction.Holds switch
        {
            HeldSteps.None => false,
            HeldSteps.Updates => step is EniStep.Update,
            HeldSteps.All => true,
            var other => throw new UnreachableException($"{other} is not handled"),
        };
        return isHeld ? failure.Reaction.RetryAfter!.Value : TimeSpan.Zero;
    }

    private async Task RefreshAsync(EniAttachment attachment, CancellationToken cancellationToken)
    {
        try
        {
            await inventory.RefreshSlotsAsync([attachment.Metadata.Name], cancellationToken);
        }
        catch (Ec2CallException)
        {
            // EC2 does not answer at all; the next look asks again, and nothing is repeated before
            // it has answered.
        }
    }
}
