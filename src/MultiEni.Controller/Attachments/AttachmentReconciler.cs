using System.Collections.Concurrent;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Controller.Attachments.Admission;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Ec2.Failures;
using MultiEni.Controller.Ec2.Inventory;
using MultiEni.Controller.Kubernetes;
using MultiEni.Controller.Networks;
using MultiEni.Controller.Planning;
using MultiEni.Controller.Telemetry;
using MultiEni.Operator.Client;
using MultiEni.Operator.Queues;

namespace MultiEni.Controller.Attachments;

/// <summary>
/// Takes one attachment as far as it goes now: observe, decide, act, and again, until something has to be waited for. Keeps nothing that
/// a restart would miss.
/// </summary>
internal sealed class AttachmentReconciler(
    ClusterView cluster,
    EniInventory inventory,
    AttachmentObserver observer,
    EniOperations operations,
    AttachmentWriter writer,
    IndexReservations reservations,
    CreateCooldowns pauses,
    ConcurrencyLimits admissions,
    NetworkCatalog catalog,
    ControllerMetrics metrics,
    TimeSpan maximumCleanup,
    TimeProvider time
)
{
    private static readonly TimeSpan SafetyNet = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan UsedUpRetry = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan BlockedRetry = TimeSpan.FromMinutes(2);

    private readonly RefusedSteps _refused = new(time);

    // Told once in the life of a process; the condition goes on saying it.
    private readonly ConcurrentDictionary<string, bool> _overdue = new();

    public async Task<ReconcileResult> ReconcileAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return await GoOnAsync(name, cancellationToken);
        }
        finally
        {
            admissions.Leave(name);
        }
    }

    private async Task<ReconcileResult> GoOnAsync(string name, CancellationToken cancellationToken)
    {
        var withIndexes = false;
        var attemptMade = 0;
        while (true)
        {
            if (cluster.Attachment(name) is not { } attachment)
            {
                observer.Forget(name);
                _refused.Forget(name);
                _overdue.TryRemove(name, out _);
                writer.Forget(name);
                reservations.Release(name);
                return ReconcileResult.Done;
            }

            EniStep step = new EniStep.Sweep();
            try
            {
                var situation = await observer.ObserveAsync(attachment, withIndexes, cancellationToken);
                step = EniDecision.Next(situation);
                if (_refused.Resting(name, attachment.Metadata.Generation, step) is { } rest)
                {
                    await ReportAsync(attachment, situation.Row, null, rest.Hindrance, cancellationToken);
                    return ReconcileResult.After(rest.Until - situation.Now);
                }

                if (step is EniStep.Update { Row.Attachment: not null })
                {
                    // It may be long until it is this one's turn, and longer until EC2 grants what it has refused: each is reported.
                    var last = _refused.Last(name, attachment.Metadata.Generation, step)?.Hindrance;
                    await writer.ReportAsync(attachment, situation.Row, null, last, cancellationToken);
                }

                switch (step)
                {
                    case EniStep.Sweep:
                        await inventory.SweepAsync(cancellationToken);
                        continue;
                    case EniStep.ReadIndexes:
                        withIndexes = true;
                        continue;
                    case EniStep.Create when pauses.For(attachment.Spec!) is { } pause:
                        // No token is used up by a call that is not made.
                        await writer.ReportAsync(attachment, null, null, new(false, pause.Reason, pause.Message), cancellationToken);
                        return ReconcileResult.After(pause.Until - time.GetUtcNow());
                    case EniStep.Create create when create.Attempt == attemptMade:
                        // The answer named an ENI that is gone already: the token is used up, and asking again would never end
                        // (docs/reference/ec2.md#one-eni-per-slot).
                        await writer.ReportAsync(attachment, null, create.Attempt + 1, null, cancellationToken);
                        return ReconcileResult.After(UsedUpRetry);
                    case var _ when !admissions.TryEnter(step, attachment):
                        // Who is admitted comes again for that; this is to say that it waits.
                        return await ReportTurnAsync(attachment, situation, step, cancellationToken) is { } deferred
                            ? ReconcileResult.After(deferred, WorkPriority.Repair)
                            : ReconcileResult.Done;
                    case EniStep.Adopt adopt:
                        await AdoptAsync(attachment, adopt, cancellationToken);
                        continue;
                    case EniStep.Create when !ReservePlace(attachment, situation):
                        continue;
                    case EniStep.Create create:
                        await CallAsync(
                            operations.CreateAsync(attachment, create.Attempt, cancellationToken),
                            attachment,
                            situation,
                            step,
                            cancellationToken
                        );
                        attemptMade = create.Attempt;
                        metrics.Succeeded(step.Operation);
                        continue;
                    case EniStep.Attach attach:
                        await CallAsync(AttachAsync(attachment, attach, cancellationToken), attachment, situation, step, cancellationToken);
                        metrics.Succeeded(step.Operation);
                        withIndexes = false;
                        continue;
                    case EniStep.Detach or EniStep.Delete:
                        await CallAsync(
                            operations.ChangeAsync(step, attachment.Spec!, cancellationToken),
                            attachment,
                            situation,
                            step,
                            cancellationToken
                        );
                        metrics.Succeeded(step.Operation);
                        if (step is EniStep.Detach { Force: true })
                        {
                            // EC2 shows nothing new after a forced call: without a new start it would be repeated at once, and for ever.
                            observer.RestartDetachClock(name);
                        }

                        TellOfCleanup(attachment, step);
                        continue;
                    case EniStep.Update:
                        await CallAsync(
                            operations.ChangeAsync(step, attachment.Spec!, cancellationToken),
                            attachment,
                            situation,
                            step,
                            cancellationToken
                        );
                        metrics.Succeeded(step.Operation);
                        continue;
                    default:
                        return await RestAsync(attachment, situation, step, cancellationToken);
                }
            }
            catch (Ec2CallException failed)
            {
                return await FailedAsync(attachment, step, failed.Failure, cancellationToken);
            }
        }
    }

    /// <summary>Waits for a call, which waits for its token before it is sent; says so when that takes long.</summary>
    private async Task CallAsync(Task call, EniAttachment attachment, EniObservation situation, EniStep step, CancellationToken cancellationToken)
    {
        try
        {
            while (
                !call.IsCompleted
                && !cancellationToken.IsCancellationRequested
                && await ReportTurnAsync(attachment, situation, step, cancellationToken) is { } deferred
            )
            {
                using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                await Task.WhenAny(call, Task.Delay(deferred, time, over.Token));
                await over.CancelAsync();
            }
        }
        catch (Exception failure) when (KubernetesFailure.Is(failure) && !cancellationToken.IsCancellationRequested)
        {
            // What follows a call must follow it; that the status is behind is written with the next look.
        }
        finally
        {
            await call;
        }

        // What EC2 takes is no hindrance any more.
        _refused.Forget(attachment.Metadata.Name);
    }

    private Task<TimeSpan?> ReportTurnAsync(EniAttachment attachment, EniObservation situation, EniStep step, CancellationToken cancellationToken)
    {
        // What EC2 refused is what hinders, also while it is tried again.
        var last = _refused.Last(attachment.Metadata.Name, attachment.Metadata.Generation, step)?.Hindrance;
        return ReportAsync(attachment, situation.Row, null, last ?? TurnClaim.For(step, attachment.Spec!), cancellationToken);
    }

    private async Task AdoptAsync(EniAttachment attachment, EniStep.Adopt step, CancellationToken cancellationToken)
    {
        if (!await inventory.ConfirmUnclaimedAsync(step.Row, cancellationToken))
        {
            return;
        }

        await operations.AdoptAsync(attachment, step.Row, cancellationToken);
        metrics.Succeeded(step.Operation);
        writer.Normal(
            attachment,
            Events.EniAdopted,
            $"{step.Row.EniId} on {attachment.Spec!.NodeName}, which an earlier controller attached, is used on"
        );
    }

    private async Task AttachAsync(EniAttachment attachment, EniStep.Attach step, CancellationToken cancellationToken)
    {
        var spec = attachment.Spec!;
        if (!reservations.TryReserve(spec.InstanceId, spec.NetworkCardIndex, step.DeviceIndex, attachment.Metadata.Name))
        {
            return;
        }

        try
        {
            await operations.AttachAsync(step, spec, cancellationToken);
        }
        finally
        {
            reservations.Release(attachment.Metadata.Name);
        }
    }

    /// <summary>Takes the place that was seen free; false when another ENI of the node was faster.</summary>
    private bool ReservePlace(EniAttachment attachment, EniObservation situation)
    {
        var spec = attachment.Spec!;
        var index = DeviceIndexes.NextFree(spec.DeviceIndex, situation.Indexes!);
        return reservations.TryReserve(spec.InstanceId, spec.NetworkCardIndex, index, attachment.Metadata.Name);
    }

    /// <summary>Nothing to call for now: say what is the case and when to look again.</summary>
    private async Task<ReconcileResult> RestAsync(
        EniAttachment attachment,
        EniObservation situation,
        EniStep step,
        CancellationToken cancellationToken
    )
    {
        var row = situation.Row;
        switch (step)
        {
            case EniStep.InSync:
                return await writer.ReportAsync(attachment, row, null, null, cancellationToken) is { } deferred
                    ? ReconcileResult.After(deferred)
                    : ReconcileResult.Done;
            case EniStep.WaitForRelease wait:
                return Soonest(
                    await ReportAsync(attachment, row, null, new(true, wait.Reason, wait.Message), cancellationToken),
                    wait.Deadline is { } deadline ? deadline - situation.Now : BlockedRetry
                );
            case EniStep.DropDeviceFinalizer drop:
                if (await writer.DropDeviceFinalizerAsync(attachment, cancellationToken))
                {
                    writer.Warning(attachment, Events.ReleaseSkipped, $"{attachment.Spec!.NodeName}: {drop.Message}");
                }

                return ReconcileResult.After(SafetyNet);
            case EniStep.Finish:
                // The next one need not wait for the API server.
                admissions.Leave(attachment.Metadata.Name);
                await writer.RemoveFinalizerAsync(attachment, Names.EniFinalizer, cancellationToken);
                return ReconcileResult.Done;
            case EniStep.Blocked blocked:
                await ReportAsync(attachment, row, null, new(true, blocked.Reason, blocked.Message), cancellationToken);
                return ReconcileResult.After(BlockedRetry);
            default:
                var waiting = step is EniStep.Wait told ? new ConditionClaim(true, told.Reason, told.Message) : null;
                var due = await ReportAsync(attachment, row, null, waiting, cancellationToken);
                if (row is { InTransition: false } && attachment.Metadata.IsBeingDeleted)
                {
                    // What EC2 takes away by itself, with a terminated instance, is in no transition of ours: look again before the next sweep does.
                    inventory.Watch(row.EniId);
                }

                return Soonest(due, SafetyNet);
        }
    }

    private static ReconcileResult Soonest(TimeSpan? deferred, TimeSpan otherwise) =>
        ReconcileResult.After(deferred is { } due && due < otherwise ? due : otherwise);

    private async Task<ReconcileResult> FailedAsync(EniAttachment attachment, EniStep step, Ec2Failure failure, CancellationToken cancellationToken)
    {
        metrics.Failed(step.Operation, failure);
        if (step is EniStep.Create && failure.Reaction.ProvesNothingWasDone)
        {
            reservations.Release(attachment.Metadata.Name);
        }

        var spec = attachment.Spec!;
        var row = EniDecision.Kept(attachment, inventory.FindBySlot(attachment.Metadata.Name));
        int? attempt = null;
        switch (failure.Reaction)
        {
            case Ec2Reaction.SubnetFull full:
                pauses.PauseSubnet(
                    spec.SubnetId,
                    full.OnlyPrefixes,
                    full.Cooldown,
                    full.Reason,
                    $"subnet {spec.SubnetId}: {FailureMessage.For(failure)}"
                );
                break;
            case Ec2Reaction.QuotaExceeded quota:
                pauses.PauseAll(
                    quota.Cooldown,
                    quota.Reason,
                    $"the account's limit of network interfaces is reached ({failure.Message}); request a higher one"
                );
                break;
            case Ec2Reaction.ParameterMismatch when step is EniStep.Create create:
                await inventory.RefreshSlotsAsync([attachment.Metadata.Name], cancellationToken);
                attempt = create.Attempt + 1;
                break;
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

        var report = FailureReport.For(step, failure);
        if (report.Condition is { } hindrance && !IsNoNews(attachment, step, failure))
        {
            _refused.Remember(attachment.Metadata.Name, attachment.Metadata.Generation, step, RestAfter(step, failure), hindrance);
            if (report.Event is { } reason && attachment.Status?.Conditions.Find(ConditionTypes.Ready)?.Reason != hindrance.Reason)
            {
                writer.Warning(attachment, reason, $"{spec.NodeName}: {hindrance.Message}");
            }

            await ReportAsync(attachment, row, attempt, hindrance, cancellationToken);
        }

        return ReconcileResult.After(
            failure.Reaction.RetryAfter
                ?? (
                    failure.Reaction is Ec2Reaction.NodeFull or Ec2Reaction.TerminalUntilSpecChanges or Ec2Reaction.Unsupported
                        ? BlockedRetry
                        : TimeSpan.FromSeconds(5)
                )
        );
    }

    // Delete-on-termination waits for its turn among thousands right after they were attached; that a try of it was throttled is no news.
    private static bool IsNoNews(EniAttachment attachment, EniStep step, Ec2Failure failure) =>
        step is EniStep.Update { Row: { Attachment: not null } row }
        && failure.Reaction is Ec2Reaction.Throttled or Ec2Reaction.OutcomeUnknown
        && AttachmentReport.Difference(attachment, row) is null;

    /// <summary>For how long a refused step is left alone whatever wakes the attachment; the others are tried with whatever does.</summary>
    private static TimeSpan RestAfter(EniStep step, Ec2Failure failure) =>
        failure.Reaction switch
        {
            Ec2Reaction.Unauthorized or Ec2Reaction.Unauthenticated => failure.Reaction.RetryAfter!.Value,
            Ec2Reaction.SubnetFull full when step is EniStep.Update => full.Cooldown,
            Ec2Reaction.TerminalUntilSpecChanges or Ec2Reaction.Unsupported when step is EniStep.Update => BlockedRetry,
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

    private void TellOfCleanup(EniAttachment attachment, EniStep step)
    {
        switch (step)
        {
            case EniStep.Detach detach:
                writer.Normal(
                    attachment,
                    Events.EniDetached,
                    $"{detach.Row.EniId} is being detached from {attachment.Spec!.NodeName}{(detach.Force ? " by force" : "")}"
                );
                break;
            case EniStep.Delete delete:
                writer.Normal(attachment, Events.EniDeleted, $"{delete.Row.EniId} of {attachment.Spec!.NodeName} is deleted");
                break;
        }
    }

    /// <summary>Writes the status, and says when a cleanup takes longer than it should.</summary>
    private Task<TimeSpan?> ReportAsync(
        EniAttachment attachment,
        EniRow? row,
        int? attempt,
        ConditionClaim? hindrance,
        CancellationToken cancellationToken
    )
    {
        if (CleanupDelay.IsOver(attachment, maximumCleanup, time.GetUtcNow()))
        {
            hindrance = CleanupDelay.Describe(hindrance, attachment, maximumCleanup);
            if (_overdue.TryAdd(attachment.Metadata.Name, value: true))
            {
                writer.Warning(attachment, Events.CleanupTimeout, $"{attachment.Spec!.NodeName}: {attachment.Metadata.Name}: {hindrance.Message}");
            }
        }

        return writer.ReportAsync(attachment, row, attempt, hindrance, cancellationToken);
    }
}
