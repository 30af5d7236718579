using MultiEni.Api.EniAttachments;
using MultiEni.Controller.Attachments.Concurrency;
using MultiEni.Controller.Ec2.Inventory;
using MultiEni.Controller.Telemetry;
using MultiEni.Operator.Client;
using MultiEni.Operator.Queues;

namespace MultiEni.Controller.Attachments;

/// <summary>
/// Makes the call of a step when its time has come: not during a cooldown, within the limits of
/// calls under way, with the device index reserved. Says in the status what is waited for
/// meanwhile.
/// </summary>
internal sealed class CallExecutor(
    EniOperations operations,
    EniInventory inventory,
    AttachmentObserver observer,
    AttachmentWriter writer,
    IndexReservations reservations,
    CreateCooldowns cooldowns,
    ConcurrencyLimits limits,
    StepBackoff backoff,
    ControllerMetrics metrics,
    TimeProvider time
)
{
    private static readonly TimeSpan UsedUpRetry = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan TurnRetry = TimeSpan.FromSeconds(2);

    private readonly EniTurns _turns = new();

    /// <summary>Makes the call, or says why not now.</summary>
    /// <returns>Null when the attachment is to be looked at again at once.</returns>
    public async Task<ReconcileResult?> ExecuteAsync(
        EniObservation observation,
        EniStep.Call call,
        ReconcilePass pass,
        CancellationToken cancellationToken
    )
    {
        var attachment = observation.Attachment;
        if (call is EniStep.Update { Row.Attachment: not null })
        {
            // It may be long until the call is admitted, and longer until EC2 grants what it has
            // refused: each is reported.
            var last = Refused(attachment, call)?.Blocker;
            await writer.ReportAsync(attachment, observation.Row, null, last, cancellationToken);
        }

        if (call is EniStep.Create create && await HoldBackAsync(attachment, create, pass, cancellationToken) is { } later)
        {
            return later;
        }

        if (!limits.TryEnter(call, attachment))
        {
            // An attachment that is admitted is reconciled again; this is to report that it waits.
            return await ReportWaitAsync(observation, call, cancellationToken) is { } deferred
                ? ReconcileResult.After(deferred, WorkPriority.Repair)
                : ReconcileResult.Done;
        }

        var contested = call switch
        {
            EniStep.Take take => take.Row,
            EniStep.Attach attach => attach.Row,
            _ => null,
        };
        if (contested is null)
        {
            return await CallAsync(observation, call, pass, cancellationToken);
        }

        if (!_turns.TryEnter(contested.EniId, attachment.Metadata.Name))
        {
            return ReconcileResult.After(TurnRetry);
        }

        try
        {
            return await CallAsync(observation, call, pass, cancellationToken);
        }
        finally
        {
            _turns.Leave(contested.EniId, attachment.Metadata.Name);
        }
    }

    private async Task<ReconcileResult?> CallAsync(
        EniObservation observation,
        EniStep.Call call,
        ReconcilePass pass,
        CancellationToken cancellationToken
    )
    {
        var attachment = observation.Attachment;
        if (!await PrepareAsync(attachment, call, cancellationToken))
        {
            return null;
        }

        try
        {
            await AwaitAsync(operations.CallAsync(attachment, call, cancellationToken), observation, call, cancellationToken);
        }
        finally
        {
            if (call is EniStep.Attach)
            {
                // EC2 shows the index taken from here on, or the ENI does not get it.
                reservations.Release(attachment.Metadata.Name);
            }
        }

        Succeeded(attachment, call, pass);
        return null;
    }

    /// <summary>The attachment is gone.</summary>
    public void Forget(string name)
    {
        backoff.Forget(name);
        reservations.Release(name);
    }

    /// <summary>
    /// Keeps a create call from being made that makes no sense now; null when it may be made.
    /// </summary>
    private async Task<ReconcileResult?> HoldBackAsync(
        EniAttachment attachment,
        EniStep.Create create,
        ReconcilePass pass,
        CancellationToken cancellationToken
    )
    {
        if (cooldowns.For(attachment.Spec!) is { } cooldown)
        {
            // No token is used up by a call that is not made.
            await writer.ReportAsync(attachment, null, null, new(false, cooldown.Reason, cooldown.Message), cancellationToken);
            return ReconcileResult.After(cooldown.Until - time.GetUtcNow());
        }

        if (create.Attempt == pass.AnsweredAttempt)
        {
            // The answer named an ENI that is gone already: the token is used up, and asking again
            // would never end (docs/reference/ec2.md#one-eni-per-slot).
            await writer.ReportAsync(attachment, null, create.Attempt + 1, null, cancellationToken);
            return ReconcileResult.After(UsedUpRetry);
        }

        return null;
    }

    /// <summary>
    /// What has to be certain before the call; false when something changed since it was decided.
    /// </summary>
    private async Task<bool> PrepareAsync(EniAttachment attachment, EniStep.Call call, CancellationToken cancellationToken)
    {
        var spec = attachment.Spec!;
        var isStillThere = call switch
        {
            EniStep.Adopt adopt => await inventory.ConfirmUnclaimedAsync(adopt.Row, cancellationToken),
            EniStep.AdoptLaunched adopt => await inventory.ConfirmLaunchedAsync(adopt.Row, row => LaunchedEnis.Fits(spec, row), cancellationToken),
            EniStep.Take take => await inventory.ConfirmUnattachedAsync(take.Row, cancellationToken),
            // Another attachment may have taken it since this was decided.
            EniStep.Attach attach => inventory.Find(attach.Row.EniId) is not { } row || row.Slot == attach.Row.Slot,
            _ => true,
        };
        return isStillThere
            && (
                call.ReservedIndex is not { } index
                || reservations.TryReserve(spec.InstanceId, spec.NetworkCardIndex, index, attachment.Metadata.Name)
            );
    }

    /// <summary>
    /// Waits for a call, which waits for its token before it is sent; reports that when it takes
    /// long.
    /// </summary>
    private async Task AwaitAsync(Task call, EniObservation observation, EniStep.Call step, CancellationToken cancellationToken)
    {
        try
        {
            while (
                !call.IsCompleted
                && !cancellationToken.IsCancellationRequested
                && await ReportWaitAsync(observation, step, cancellationToken) is { } deferred
            )
            {
                using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                await Task.WhenAny(call, Task.Delay(deferred, time, over.Token));
                await over.CancelAsync();
            }
        }
        catch (Exception failure) when (KubernetesFailure.Is(failure) && !cancellationToken.IsCancellationRequested)
        {
            // What follows a call must follow it; that the status is behind is written with the
            // next look.
        }
        finally
        {
            await call;
        }
    }

    private Task<TimeSpan?> ReportWaitAsync(EniObservation observation, EniStep.Call call, CancellationToken cancellationToken)
    {
        // What EC2 refused is the blocker, also while it is tried again.
        var attachment = observation.Attachment;
        var blocker = Refused(attachment, call)?.Blocker ?? WaitClaim.For(call, attachment.Spec!);
        return writer.ReportAsync(attachment, observation.Row, null, blocker, cancellationToken);
    }

    // Addresses for pods are changed while a repair is held back, which the status keeps saying.
    private StepBackoff.Failure? Refused(EniAttachment attachment, EniStep.Call call) =>
        call is EniStep.ChangePodAddresses ? backoff.Last(attachment) : backoff.Last(attachment, call);

    private void Succeeded(EniAttachment attachment, EniStep.Call call, ReconcilePass pass)
    {
        if (call is not EniStep.ChangePodAddresses)
        {
            // What EC2 takes is no blocker any more.
            backoff.Forget(attachment.Metadata.Name);
        }

        metrics.Succeeded(call.Operation);
        if (call is EniStep.Create create)
        {
            pass.AnsweredAttempt = create.Attempt;
        }

        if (call is EniStep.Attach)
        {
            pass.WithIndexes = false;
        }

        if (call is EniStep.AdoptLaunched)
        {
            // The inventory shows whose it is. After a call without an answer only the reservation
            // keeps another slot from it.
            reservations.Release(attachment.Metadata.Name);
        }

        if (call is EniStep.Detach { Force: true })
        {
            // EC2 shows nothing new after a forced call: without a new start it would be repeated
            // at once, and for ever.
            observer.RestartDetachClock(attachment.Metadata.Name);
        }

        if (call.SuccessEvent(attachment) is var (reason, message))
        {
            writer.Normal(attachment, reason, message);
        }
    }
}
