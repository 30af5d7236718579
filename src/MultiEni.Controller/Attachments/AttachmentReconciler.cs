using System.Diagnostics;
using MultiEni.Api.EniAttachments;
using MultiEni.Controller.Attachments.Concurrency;
using MultiEni.Controller.Ec2.Failures;
using MultiEni.Controller.Ec2.Inventory;
using MultiEni.Controller.Kubernetes;
using MultiEni.Operator.Queues;

namespace MultiEni.Controller.Attachments;

/// <summary>
/// Takes one attachment as far as it goes now: observe, decide, act, and again, until something has
/// to be waited for. Keeps nothing that a restart would miss.
/// </summary>
internal sealed class AttachmentReconciler(
    ClusterView cluster,
    EniInventory inventory,
    AttachmentObserver observer,
    CallExecutor calls,
    RestExecutor rests,
    FailureHandler failures,
    StepBackoff backoff,
    AttachmentWriter writer,
    ConcurrencyLimits limits
)
{
    public async Task<ReconcileResult> ReconcileAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            var pass = new ReconcilePass();
            while (cluster.Attachment(name) is { } attachment)
            {
                if (await AdvanceAsync(attachment, pass, cancellationToken) is { } result)
                {
                    return result;
                }
            }

            observer.Forget(name);
            writer.Forget(name);
            calls.Forget(name);
            return ReconcileResult.Done;
        }
        finally
        {
            limits.Leave(name);
        }
    }

    /// <summary>One step.</summary>
    /// <returns>Null when the attachment is to be looked at again at once.</returns>
    private async Task<ReconcileResult?> AdvanceAsync(EniAttachment attachment, ReconcilePass pass, CancellationToken cancellationToken)
    {
        EniStep step = new EniStep.Sweep();
        try
        {
            var observation = await observer.ObserveAsync(attachment, pass.WithIndexes, cancellationToken);
            observation = observation with { AreRepairsHeld = backoff.HoldsRepairs(attachment) };
            step = EniDecision.Next(observation);
            return await TakeAsync(observation, step, pass, cancellationToken);
        }
        catch (Ec2CallException failed) when (step is EniStep.ChangePodAddresses change)
        {
            // The plan waits from here on, and everything else about the ENI does not.
            failures.HandlePodAddresses(attachment, change, failed.Failure);
            return null;
        }
        catch (Ec2CallException failed)
        {
            return await failures.HandleAsync(attachment, step, failed.Failure, cancellationToken);
        }
    }

    /// <summary>
    /// Carries a step out, unless EC2 refused it a moment ago and nothing has changed since that
    /// could help.
    /// </summary>
    /// <returns>Null when the attachment is to be looked at again at once.</returns>
    internal async Task<ReconcileResult?> TakeAsync(EniObservation observation, EniStep step, ReconcilePass pass, CancellationToken cancellationToken)
    {
        if (backoff.Current(observation.Attachment, step) is { } last)
        {
            await writer.ReportAsync(observation.Attachment, observation.Row, null, last.Blocker, cancellationToken);
            var left = last.Until - observation.Now;
            return ReconcileResult.After(observation.PodAddresses?.LookAgain is { } pods && pods < left ? pods : left);
        }

        switch (step)
        {
            case EniStep.Sweep:
                await inventory.SweepAsync(cancellationToken);
                return null;
            case EniStep.ReadIndexes:
                pass.WithIndexes = true;
                return null;
            case EniStep.Call call:
                return await calls.ExecuteAsync(observation, call, pass, cancellationToken);
            case EniStep.Rest rest:
                return await rests.ExecuteAsync(observation, rest, cancellationToken);
            default:
                throw new UnreachableException($"{step} is not handled");
        }
    }
}

/// <summary>What one reconciliation of an attachment remembers from step to step.</summary>
internal sealed class ReconcilePass
{
    /// <summary>Whether the device indexes of the instance are to be read.</summary>
    public bool WithIndexes { get; set; }

    /// <summary>The create attempt that EC2 has answered; 0 before one was made.</summary>
    public int AnsweredAttempt { get; set; }
}
