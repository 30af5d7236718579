using System.Diagnostics;
using MultiEni.Api;
using MultiEni.Controller.Attachments.Concurrency;
using MultiEni.Controller.Ec2.Inventory;
using MultiEni.Controller.Telemetry;
using MultiEni.Operator.Queues;

namespace MultiEni.Controller.Attachments;

/// <summary>
/// Carries out the steps that make no call of EC2: reports what is the case, writes finalizers, and
/// says when to look again.
/// </summary>
internal sealed class RestExecutor(EniInventory inventory, AttachmentWriter writer, ConcurrencyLimits limits)
{
    /// <summary>When to look again at what only a person, or another object, can change.</summary>
    public static readonly TimeSpan BlockedRetry = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan SafetyNet = TimeSpan.FromSeconds(30);

    /// <summary>Carries the step out, and says when to look again.</summary>
    public async Task<ReconcileResult> ExecuteAsync(EniObservation observation, EniStep.Rest step, CancellationToken cancellationToken)
    {
        var attachment = observation.Attachment;
        switch (step)
        {
            case EniStep.InSync inSync:
                var deferred = await ReportAsync(observation, step, cancellationToken);
                return new[] { deferred, inSync.LookAgain }.Min() is { } next ? ReconcileResult.After(next) : ReconcileResult.Done;
            case EniStep.Wait:
                var due = await ReportAsync(observation, step, cancellationToken);
                if (observation.Row is { InTransition: false } row && attachment.Metadata.IsBeingDeleted)
                {
                    // What EC2 takes away by itself, with a terminated instance, is in no
                    // transition of ours: look again before the next sweep does.
                    inventory.Watch(row.EniId);
                }

                return Soonest(due, SafetyNet);
            case EniStep.WaitForRelease wait:
                return Soonest(
                    await ReportAsync(observation, step, cancellationToken),
                    wait.Deadline is { } deadline ? deadline - observation.Now : BlockedRetry
                );
            case EniStep.Blocked:
                await ReportAsync(observation, step, cancellationToken);
                return ReconcileResult.After(BlockedRetry);
            case EniStep.DropDeviceFinalizer drop:
                if (await writer.DropDeviceFinalizerAsync(attachment, cancellationToken))
                {
                    writer.Warning(attachment, Events.ReleaseSkipped, $"{attachment.Spec!.NodeName}: {drop.Message}");
                }

                return ReconcileResult.After(SafetyNet);
            case EniStep.Finish:
                // The next one need not wait for the API server.
                limits.Leave(attachment.Metadata.Name);
                await writer.RemoveFinalizerAsync(attachment, Names.EniFinalizer, cancellationToken);
                return ReconcileResult.Done;
            case EniStep.Retain retain:
                limits.Leave(attachment.Metadata.Name);
                await writer.RemoveFinalizerAsync(attachment, Names.EniFinalizer, cancellationToken);
                writer.Normal(attachment, Events.EniRetained, retain.Message(attachment));
                return ReconcileResult.Done;
            default:
                throw new UnreachableException($"{step} is not handled");
        }
    }

    private Task<TimeSpan?> ReportAsync(EniObservation observation, EniStep.Rest step, CancellationToken cancellationToken) =>
        writer.ReportAsync(observation.Attachment, observation.Row, null, step.Blocker, cancellationToken);

    private static ReconcileResult Soonest(TimeSpan? deferred, TimeSpan otherwise) =>
        ReconcileResult.After(deferred is { } due && due < otherwise ? due : otherwise);
}
