using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Ec2.Failures;
using MultiEni.Controller.Ec2.Inventory;
using MultiEni.Controller.Networks;
using MultiEni.Controller.Telemetry;
using MultiEni.Operator.Queues;

namespace MultiEni.Controller.Attachments;

/// <summary>Draws the consequences of a failed EC2 call: what is forgotten, what is not tried for a while, what is reported, and when to look again.</summary>
internal sealed class FailureHandler(
    EniInventory inventory,
    AttachmentWriter writer,
    IndexReservations reservations,
    CreateCooldowns cooldowns,
    StepBackoff backoff,
    NetworkCatalog catalog,
    ControllerMetrics metrics
)
{
    private static readonly TimeSpan UnknownRetry = TimeSpan.FromSeconds(5);

    /// <summary>Handles the failure of a step, and says when to look again.</summary>
    public async Task<ReconcileResult> HandleAsync(EniAttachment attachment, EniStep step, Ec2Failure failure, CancellationToken cancellationToken)
    {
        metrics.Failed(step.Operation, failure);
        if (step is EniStep.Create && failure.Reaction.ProvesNothingWasDone)
        {
            reservations.Release(attachment.Metadata.Name);
        }

        var row = EniDecision.Kept(attachment, inventory.FindBySlot(attachment.Metadata.Name));
        var attempt = await ReactAsync(attachment, step, failure, row, cancellationToken);
        var report = FailureReport.For(step, failure);
        if (report.Condition is { } blocker && !IsNoNews(attachment, step, failure))
        {
            backoff.Start(attachment, step, BackoffOf(step, failure), blocker);
            if (report.Event is { } reason && attachment.Status?.Conditions.Find(ConditionTypes.Ready)?.Reason != blocker.Reason)
            {
                writer.Warning(attachment, reason, $"{attachment.Spec!.NodeName}: {blocker.Message}");
            }

            await writer.ReportAsync(attachment, row, attempt, blocker, cancellationToken);
        }

        return ReconcileResult.After(
            failure.Reaction.RetryAfter
                ?? (
                    failure.Reaction is Ec2Reaction.NodeFull or Ec2Reaction.TerminalUntilSpecChanges or Ec2Reaction.Unsupported
                        ? RestExecutor.BlockedRetry
                        : UnknownRetry
                )
        );
    }

    /// <summary>Corrects what the controller believes, as the failure shows it to be wrong.</summary>
    /// <returns>The create attempt to remember; null for the same one.</returns>
    private async Task<int?> ReactAsync(EniAttachment attachment, EniStep step, Ec2Failure failure, EniRow? row, CancellationToken cancellationToken)
    {
        var spec = attachment.Spec!;
        switch (failure.Reaction)
        {
            case Ec2Reaction.SubnetFull full:
                cooldowns.PauseSubnet(
                    spec.SubnetId,
                    full.OnlyPrefixes,
                    full.Cooldown,
                    full.Reason,
                    $"subnet {spec.SubnetId}: {FailureMessage.For(failure)}"
                );
                break;
            case Ec2Reaction.QuotaExceeded quota:
                cooldowns.PauseAll(
                    quota.Cooldown,
                    quota.Reason,
                    $"the account's limit of network interfaces is reached ({failure.Message}); request a higher one"
                );
                break;
            case Ec2Reaction.ParameterMismatch when step is EniStep.Create create:
                await inventory.RefreshSlotsAsync([attachment.Metadata.Name], cancellationToken);
                return create.Attempt + 1;
            case Ec2Reaction.ResolveAgain { Missing: Reasons.SubnetNotFound }:
                catalog.ForgetSubnet(spec.SubnetId);
                break;
            case Ec2Reaction.ResolveAgain:
                catalog.ForgetSecurityGroups(spec.SecurityGroupIds);
                break;
            case Ec2Reaction.IndexTaken when step is EniStep.Attach attach:
                reservations.Refuse(spec.InstanceId, spec.NetworkCardIndex, attach.DeviceIndex);
                inventory.ForgetOccupancy(InstanceId.Parse(spec.InstanceId, null));
                break;
            case Ec2Reaction.IndexTaken or Ec2Reaction.NodeFull:
                inventory.ForgetOccupancy(InstanceId.Parse(spec.InstanceId, null));
                break;
            case Ec2Reaction.NotFound or Ec2Reaction.NotFoundYet when step is EniStep.Adopt adopt:
                inventory.ForgetUnclaimed(adopt.Row.EniId);
                break;
            case Ec2Reaction.NotFound
            or Ec2Reaction.AlreadyDetached
            or Ec2Reaction.InUse
            or Ec2Reaction.NotDetachedYet
            or Ec2Reaction.NotFoundYet when row is not null:
                inventory.Watch(row.EniId);
                break;
            case Ec2Reaction.OutcomeUnknown:
                await RefreshAsync(attachment, cancellationToken);
                break;
        }

        return null;
    }

    // Delete-on-termination waits among thousands right after they were attached; that a try of it was throttled is no news.
    private static bool IsNoNews(EniAttachment attachment, EniStep step, Ec2Failure failure) =>
        step is EniStep.Update { Row: { Attachment: not null } row }
        && failure.Reaction is Ec2Reaction.Throttled or Ec2Reaction.OutcomeUnknown
        && AttachmentReport.Difference(attachment, row) is null;

    /// <summary>For how long a refused step is left alone whatever wakes the attachment; the others are tried with whatever does.</summary>
    private static TimeSpan BackoffOf(EniStep step, Ec2Failure failure) =>
        failure.Reaction switch
        {
            Ec2Reaction.Unauthorized or Ec2Reaction.Unauthenticated => failure.Reaction.RetryAfter!.Value,
            Ec2Reaction.SubnetFull full when step is EniStep.Update => full.Cooldown,
            Ec2Reaction.TerminalUntilSpecChanges or Ec2Reaction.Unsupported when step is EniStep.Update => RestExecutor.BlockedRetry,
            _ => TimeSpan.Zero,
        };

    private async Task RefreshAsync(EniAttachment attachment, CancellationToken cancellationToken)
    {
        try
        {
            await inventory.RefreshSlotsAsync([attachment.Metadata.Name], cancellationToken);
        }
        catch (Ec2CallException)
        {
            // EC2 does not answer at all; the next look asks again, and nothing is repeated before it has answered.
        }
    }
}
