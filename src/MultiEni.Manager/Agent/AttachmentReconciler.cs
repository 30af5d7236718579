using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Manager.Binding;
using MultiEni.Manager.Claims;
using MultiEni.Manager.Host;
using MultiEni.Manager.Safety;
using MultiEni.Manager.Settings;
using MultiEni.Manager.Steps;
using MultiEni.Manager.Telemetry;
using MultiEni.Operator.Queues;

namespace MultiEni.Manager.Agent;

/// <summary>
/// Reconciles an attachment, or a device that no attachment asks for any more, and reports where it
/// stands.
/// </summary>
internal sealed class AttachmentReconciler(
    NodeView view,
    BootGuard boot,
    ClaimHolds holds,
    DeviceObserver observer,
    DeviceStepRunner runner,
    AttachmentStatusWriter statusWriter,
    Func<EniAttachment, AddressUse?> addresses,
    RetryBackoff backoff,
    LinkRepairLimiter repairs,
    ManagerSettings settings,
    TimeProvider time,
    ILogger logger
)
{
    private static readonly TimeSpan TurnDelay = TimeSpan.FromMilliseconds(200);
    private readonly ConcurrentDictionary<AgentWork, DeviceStep> _standing = new();
    private readonly DeferredStatusWrites _deferred = new(time);

    /// <summary>Moves an attachment as far as it will go.</summary>
    public async Task<ReconcileResult> ReconcileAsync(string name, CancellationToken cancellationToken)
    {
        if (view.Attachment(name) is not { } attachment)
        {
            Forget(name);
            return ReconcileResult.Done;
        }

        if (!attachment.Metadata.IsBeingDeleted && boot.Last is { } last && holds.IsChanging(name, last.BootId))
        {
            // An observation of a change in progress is neither reported nor acted on. The end of
            // the change enqueues the attachment.
            return ReconcileResult.After(settings.InUseInterval);
        }

        using var fields = Fields(attachment.Spec?.NodeEniRef.Name);
        Standing? standing;
        TimeSpan? deferred = null;
        try
        {
            standing = await runner.RunAsync(new DeviceTarget.OfAttachment(attachment), cancellationToken);
            if (standing is not null)
            {
                LogStanding(AgentWork.Attachment(name), standing.Step);
                deferred = await ReportAsync(attachment, standing, cancellationToken);
            }
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // Whatever goes wrong between a look and its report, the controller gets an answer:
            // silence is what it takes for a dead agent.
            await ReportFailureAsync(attachment, latest => StatusReport.Failed(latest, Failure(error), time.GetUtcNow()), cancellationToken);
            throw;
        }

        if (standing is null)
        {
            return ReconcileResult.Done;
        }

        if (standing.Step is DeviceStep.ReleaseDone)
        {
            await LetGoAsync(attachment, cancellationToken);
        }

        return Next(standing, attachment.Metadata.IsBeingDeleted, deferred);
    }

    /// <summary>Gives back a device that no attachment asks for.</summary>
    public async Task<ReconcileResult> ReconcileOrphanAsync(PciAddress address, CancellationToken cancellationToken)
    {
        using var fields = Fields(nodeEni: null);
        var target = new DeviceTarget.Orphan(address);
        if (await runner.RunAsync(target, cancellationToken) is not { } standing)
        {
            return ReconcileResult.Done;
        }

        var isOver = standing.Step is DeviceStep.ReleaseDone or DeviceStep.Nothing;
        // Of one that was in the queue twice the second time finds nothing.
        if (!isOver || standing.HasActed)
        {
            LogStanding(target.Work, standing.Step);
        }

        if (isOver)
        {
            // The next one at this address is another.
            backoff.Forget(target.Work);
            _standing.TryRemove(target.Work, out _);
        }

        return Next(standing, isBeingDeleted: false, deferred: null);
    }

    private void Forget(string name)
    {
        var work = AgentWork.Attachment(name);
        statusWriter.Forget(name);
        backoff.Forget(work);
        repairs.Forget(work);
        observer.Forget(name);
        _deferred.Forget(name);
        _standing.TryRemove(work, out _);
    }

    // When a report that is not worth a write yet is due; null when there is none.
    private async Task<TimeSpan?> ReportAsync(EniAttachment attachment, Standing standing, CancellationToken cancellationToken)
    {
        var latest = statusWriter.Latest(attachment);
        var status = StatusReport.Build(latest, standing.Observation, standing.Step, addresses(latest), standing.BootId, time.GetUtcNow());
        if (statusWriter.IsKnown(attachment, status) || ReportWriteDelay.Of(latest, standing.Step, status) is not { } patience)
        {
            _deferred.Forget(attachment.Metadata.Name);
            return null;
        }

        if (patience > TimeSpan.Zero && _deferred.Wait(attachment.Metadata, patience) is { } deferred)
        {
            return deferred;
        }

        await statusWriter.ReportAsync(attachment, status, cancellationToken);
        _deferred.Forget(attachment.Metadata.Name);
        return null;
    }

    private async Task LetGoAsync(EniAttachment attachment, CancellationToken cancellationToken)
    {
        try
        {
            await statusWriter.LetGoAsync(attachment, cancellationToken);
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            await ReportFailureAsync(attachment, latest => StatusReport.NotLetGo(latest, error.Message, time.GetUtcNow()), cancellationToken);
            throw;
        }
    }

    private async Task ReportFailureAsync(
        EniAttachment attachment,
        Func<EniAttachment, EniAttachmentStatus> report,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await statusWriter.ReportAsync(attachment, report(statusWriter.Latest(attachment)), cancellationToken);
        }
        catch (Exception unsaid) when (unsaid is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            Log.FailureNotReported(logger, attachment.Metadata.Name, unsaid.Message);
        }
    }

    private static Blocker Failure(Exception error) =>
        error is JournalException
            ? new Blocker(Reasons.JournalUnwritable, error.Message)
            : new Blocker(
                Reasons.ReconcileFailed,
                $"The ENI manager failed ({error.GetType().Name}): {error.Message} It retries; its log on the node has the details."
            );

    // Every line about this piece of work says whose it is. Of an orphan nobody knows any
    // more which NodeENI asked for it.
    private IDisposable? Fields(string? nodeEni)
    {
        var fields = new Dictionary<string, object?>(StringComparer.Ordinal) { ["Node"] = settings.NodeName };
        if (nodeEni is not null)
        {
            fields["NodeEni"] = nodeEni;
        }

        return logger.BeginScope(fields);
    }

    private ReconcileResult Next(Standing standing, bool isBeingDeleted, TimeSpan? deferred)
    {
        var next = standing.RetryAfter is { } delay ? ReconcileResult.After(delay) : Soon(standing);

        // Nothing may happen for hours, and the controller has to hear that somebody is at work.
        var waits = isBeingDeleted && standing.Step.Blocker is not null;
        return
            (deferred ?? (waits ? ReleaseHeartbeat.Interval : null)) is { } longest
            && (next is not ReconcileResult.LookAgain again || again.Delay > longest)
            ? ReconcileResult.After(longest)
            : next;
    }

    private ReconcileResult Soon(Standing standing) =>
        standing.Step switch
        {
            DeviceStep.Refuse { Why.Reason: Reasons.ConcurrentOperation } => ReconcileResult.After(settings.RetryDelay),
            DeviceStep.Wait { Why.Reason: Reasons.ConcurrentOperation } => ReconcileResult.After(TurnDelay),
            DeviceStep.Wait { Why.Reason: Reasons.DeviceInUse or Reasons.DeviceUsageUnknown or Reasons.RemovalBlocked } => ReconcileResult.After(
                settings.InUseInterval
            ),
            DeviceStep.Wait { Why.Reason: Reasons.WaitingForDevice } when EniState.IsAttached(standing.Observation.Desired.NetworkState) =>
                ReconcileResult.After(settings.EliminationDelay),
            // Of everything else the end is announced.
            { Kind: StepKind.Settled or StepKind.Release } => ReconcileResult.Done,
            _ => throw new UnreachableException($"{standing.Step}"),
        };

    // Looking again at something that stands still is not worth a line.
    private void LogStanding(AgentWork work, DeviceStep step)
    {
        if (_standing.TryGetValue(work, out var last) && last == step)
        {
            return;
        }

        _standing[work] = step;
        switch (step)
        {
            case DeviceStep.Nothing:
                break;
            case DeviceStep.Wait wait:
                Log.Waiting(logger, work.Name, wait.Condition, wait.Why.Reason, wait.Why.Message);
                break;
            case DeviceStep.Refuse refuse:
                Log.Refused(logger, work.Name, refuse.Condition, refuse.Why.Reason, refuse.Why.Message);
                break;
            case DeviceStep.ReleaseDone done:
                Log.Released(logger, work.Name, done.Message);
                break;
            default:
                throw new UnreachableException($"{step}");
        }
    }
}
