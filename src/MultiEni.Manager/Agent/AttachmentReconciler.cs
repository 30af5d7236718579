using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Manager.Binding;
using MultiEni.Manager.Claims;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;
using MultiEni.Manager.Safety;
using MultiEni.Manager.Settings;
using MultiEni.Manager.Steps;
using MultiEni.Manager.Telemetry;
using MultiEni.Operator.Queues;

namespace MultiEni.Manager.Agent;

/// <summary>Observe, decide, act, report: for one attachment, or for a device that no attachment asks for any more.</summary>
internal sealed class AttachmentReconciler(
    NodeView view,
    BootGuard boot,
    DeviceObserver situations,
    DeviceActions actions,
    UsageProbe usage,
    OfferOwners owners,
    ClaimHolds holds,
    AttachmentStatusWriter edge,
    RetryBackoff retries,
    LinkRepairLimiter brake,
    ManagerSettings settings,
    TimeProvider time,
    ILogger logger
)
{
    // Glance, bring up, set MTU, withdraw, look, give back, bind, publish: with room for one retry of each.
    private const int MostSteps = 17;
    private static readonly TimeSpan TurnDelay = TimeSpan.FromMilliseconds(200);
    private readonly ConcurrentDictionary<AgentWork, DeviceStep> _standing = new();
    private readonly DeferredStatusWrites _deferred = new(time);

    /// <summary>Moves an attachment as far as it will go.</summary>
    public async Task<ReconcileResult> ReconcileAsync(string name, CancellationToken cancellationToken)
    {
        var work = AgentWork.Attachment(name);
        if (view.Attachment(name) is not { } attachment)
        {
            edge.Forget(name);
            retries.Forget(work);
            brake.Forget(work);
            situations.Forget(name);
            _deferred.Forget(name);
            _standing.TryRemove(work, out _);
            return ReconcileResult.Done;
        }

        if (!attachment.Metadata.IsBeingDeleted && boot.Last is { } last && holds.IsChanging(name, last.BootId))
        {
            // What is seen halfway is neither to be reported nor to be acted on. Its end wakes us.
            return ReconcileResult.After(settings.InUseInterval);
        }

        using var fields = Fields(attachment.Spec?.NodeEniRef.Name);
        var progress = new Progress(work, attachment);
        try
        {
            await ReconcileAsync(progress, attachment, cancellationToken);
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // Whatever goes wrong between a look and its report, the controller gets an answer: silence is what it takes for a dead agent (rule 24).
            await ReportFailureAsync(attachment, latest => StatusReport.Failed(latest, Failure(error), time.GetUtcNow()), cancellationToken);
            throw;
        }

        if (progress is { Gone: false, Step: DeviceStep.ReleaseDone })
        {
            await LetGoAsync(attachment, cancellationToken);
        }

        return progress.Gone ? ReconcileResult.Done : Next(progress);
    }

    private async Task ReconcileAsync(Progress progress, EniAttachment attachment, CancellationToken cancellationToken)
    {
        var seen = await AdvanceAsync(progress, cancellationToken);
        if (progress.Gone)
        {
            return;
        }

        LogStanding(progress);
        var latest = edge.Latest(attachment);
        var status = StatusReport.Build(latest, progress.Situation!, progress.Step!, seen.BootId, time.GetUtcNow());
        if (edge.IsKnown(attachment, status) || ReportWriteDelay.Of(latest, progress.Step!, status) is not { } patience)
        {
            _deferred.Forget(attachment.Metadata.Name);
        }
        else if (patience > TimeSpan.Zero && _deferred.Wait(attachment.Metadata, patience) is { } deferred)
        {
            progress.Deferred = deferred;
        }
        else
        {
            await edge.ReportAsync(attachment, status, cancellationToken);
            _deferred.Forget(attachment.Metadata.Name);
        }
    }

    private async Task LetGoAsync(EniAttachment attachment, CancellationToken cancellationToken)
    {
        try
        {
            await edge.LetGoAsync(attachment, cancellationToken);
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
            await edge.ReportAsync(attachment, report(edge.Latest(attachment)), cancellationToken);
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
                $"The ENI manager could not go on ({error.GetType().Name}): {error.Message} It tries again; its log on the node has the details."
            );

    /// <summary>Gives back a device that no attachment asks for.</summary>
    public async Task<ReconcileResult> ReconcileOrphanAsync(PciAddress address, CancellationToken cancellationToken)
    {
        using var fields = Fields(nodeEni: null);
        var progress = new Progress(AgentWork.Orphan(address.ToString()), null) { Orphan = address };
        await AdvanceAsync(progress, cancellationToken);
        var isOver = progress.Step is DeviceStep.ReleaseDone or DeviceStep.Nothing;
        // Of one that was in the queue twice the second time finds nothing.
        if (!isOver || progress.Acted)
        {
            LogStanding(progress);
        }

        if (isOver)
        {
            // The next one at this address is another.
            retries.Forget(progress.Work);
            _standing.TryRemove(progress.Work, out _);
        }

        return Next(progress);
    }

    // Every line about this piece of work says whose it is (rule 21). Of an orphan nobody knows any more which NodeENI asked for it.
    private IDisposable? Fields(string? nodeEni)
    {
        var fields = new Dictionary<string, object?>(StringComparer.Ordinal) { ["Node"] = settings.NodeName };
        if (nodeEni is not null)
        {
            fields["NodeEni"] = nodeEni;
        }

        return logger.BeginScope(fields);
    }

    private async Task<HostObservation> AdvanceAsync(Progress progress, CancellationToken cancellationToken)
    {
        DeviceUsage known = new DeviceUsage.NotChecked();
        for (var count = 0; ; count++)
        {
            var isGlance = count == 0;
            var seen = isGlance ? await boot.GlanceAsync(cancellationToken) : await boot.ObserveAsync(cancellationToken);
            var (situation, claim) = progress.Attachment is { } attachment
                ? await situations.ReadAsync(attachment, seen, known, cancellationToken)
                : situations.ReadOrphan(progress.Orphan, seen, known);
            progress.Situation = situation;
            progress.Claim = claim;
            progress.Step = DeviceDecision.Decide(situation);
            if (count == MostSteps)
            {
                throw new InvalidOperationException($"{progress.Work.Name} does not settle; the last step was {progress.Step}.");
            }

            switch (progress.Step)
            {
                case DeviceStep.Nothing or DeviceStep.Wait or DeviceStep.Refuse:
                    return seen;
                // Nothing is done on the strength of what was seen a moment ago.
                case not null when isGlance:
                    continue;
                case DeviceStep.ReleaseDone:
                    Finish(progress);
                    return seen;
                case DeviceStep.CheckUse look:
                    known = await usage.LookAsync(look.Device, cancellationToken);
                    continue;
                case DeviceStep.Publish or DeviceStep.Withdraw:
                    // What was found out before holds only as long as nobody can get the device.
                    known = new DeviceUsage.NotChecked();
                    break;
            }

            progress.Acted = true;
            if (!await HoldAsync(progress, cancellationToken) || !await ActAsync(progress, seen, cancellationToken))
            {
                return await boot.ObserveAsync(cancellationToken);
            }
        }
    }

    // Before anything is done to a device, its attachment must not be able to vanish without the agent.
    private async Task<bool> HoldAsync(Progress progress, CancellationToken cancellationToken)
    {
        if (progress.Held || progress.Attachment is not { Metadata.IsBeingDeleted: false } attachment || progress.Step is DeviceStep.Withdraw)
        {
            return true;
        }

        progress.Held = await edge.HoldAsync(attachment, cancellationToken);
        progress.Gone = !progress.Held;
        return progress.Held;
    }

    // True: decide again. False: the step was replaced by what it failed with.
    private async Task<bool> ActAsync(Progress progress, HostObservation seen, CancellationToken cancellationToken)
    {
        var name = progress.Attachment?.Metadata.Name ?? progress.Work.Name;
        switch (progress.Step)
        {
            case DeviceStep.Withdraw withdraw:
                await actions.WithdrawAsync(withdraw.Address, cancellationToken);
                return true;
            case DeviceStep.Publish publish:
                owners.Set(publish.Offer.Address, name);
                if (await actions.PublishAsync(name, publish.Offer, seen.BootId, cancellationToken) is not { } unnoted)
                {
                    return true;
                }

                progress.Step = new DeviceStep.Refuse(ConditionTypes.Advertised, unnoted);
                progress.LookAgain = settings.RetryDelay * 12;
                return false;
        }

        var condition = progress.Step switch
        {
            DeviceStep.Bind => ConditionTypes.Bound,
            DeviceStep.GiveBack give => give.Condition,
            _ => ConditionTypes.Configured,
        };
        if (retries.Closed(progress.Work, progress.Generation) is { } closed)
        {
            progress.Step = new DeviceStep.Refuse(condition, closed.Why);
            progress.LookAgain = closed.Left;
            return false;
        }

        var isLink = progress.Step is DeviceStep.LinkUp or DeviceStep.SetMtu;
        if (isLink && brake.Wait(progress.Work) is var pause && pause > TimeSpan.Zero)
        {
            progress.Step = new DeviceStep.Refuse(condition, Contested(progress.Step!));
            progress.LookAgain = pause;
            return false;
        }

        var (why, first, longest) = progress.Step switch
        {
            DeviceStep.LinkUp up => (await actions.LinkUpAsync(name, up, cancellationToken), settings.RetryDelay, settings.RetryDelay * 12),
            DeviceStep.SetMtu mtu => (await actions.SetMtuAsync(name, mtu, cancellationToken), settings.RetryDelay, settings.RetryDelay * 12),
            DeviceStep.Bind bind => await actions.BindAsync(bind, progress.Situation!, progress.Claim!, seen.BootId, cancellationToken),
            DeviceStep.GiveBack give => await actions.GiveBackAsync(give, progress.Situation!, progress.Claim!, seen.BootId, cancellationToken),
            _ => throw new InvalidOperationException($"No such step: {progress.Step}."),
        };
        if (why is null)
        {
            retries.Forget(progress.Work);
            if (isLink)
            {
                brake.Note(progress.Work);
            }

            return true;
        }

        progress.Step = why.Reason == Reasons.ConcurrentOperation ? new DeviceStep.Wait(condition, why) : new DeviceStep.Refuse(condition, why);
        progress.LookAgain = first > TimeSpan.Zero ? retries.Fail(progress.Work, progress.Generation, why, first, longest) : null;
        return false;
    }

    private static Blocker Contested(DeviceStep step)
    {
        var (name, what) = step is DeviceStep.SetMtu mtu
            ? (mtu.Name, $"its MTU to something else than {mtu.Mtu}")
            : (((DeviceStep.LinkUp)step).Name, "it down");
        return new Blocker(
            Reasons.LinkFailed,
            $"Somebody keeps setting {name} back: {what}, again after each repair. It is repaired a few times a minute; keep the other program, such as "
                + "systemd-networkd or NetworkManager, off this interface."
        );
    }

    private void Finish(Progress progress)
    {
        if (progress.Situation?.Journal is { } entry)
        {
            actions.Forget(PciAddress.Parse(entry.PciAddress));
        }

        retries.Forget(progress.Work);
    }

    private ReconcileResult Next(Progress progress)
    {
        var next = progress.LookAgain is { } delay ? ReconcileResult.After(delay) : Soon(progress);

        // Nothing may happen for hours, and the controller has to hear that somebody is at work.
        var waits = progress is { Attachment.Metadata.IsBeingDeleted: true, Step: DeviceStep.Wait or DeviceStep.Refuse };
        return
            (progress.Deferred ?? (waits ? ReleaseHeartbeat.Interval : null)) is { } longest
            && (next is not ReconcileResult.LookAgain again || again.Delay > longest)
            ? ReconcileResult.After(longest)
            : next;
    }

    private ReconcileResult Soon(Progress progress) =>
        progress.Step switch
        {
            DeviceStep.Wait { Why.Reason: Reasons.ConcurrentOperation } => ReconcileResult.After(TurnDelay),
            DeviceStep.Refuse { Why.Reason: Reasons.ConcurrentOperation } => ReconcileResult.After(settings.RetryDelay),
            DeviceStep.Wait { Why.Reason: Reasons.DeviceInUse or Reasons.DeviceUsageUnknown or Reasons.RemovalBlocked } => ReconcileResult.After(
                settings.InUseInterval
            ),
            DeviceStep.Wait { Why.Reason: Reasons.WaitingForDevice } when EniState.IsAttached(progress.Situation?.Wish.NetworkState) =>
                ReconcileResult.After(settings.EliminationDelay),
            _ => ReconcileResult.Done,
        };

    // Looking again at something that stands still is not worth a line.
    private void LogStanding(Progress progress)
    {
        var name = progress.Work.Name;
        if (_standing.TryGetValue(progress.Work, out var last) && last == progress.Step)
        {
            return;
        }

        _standing[progress.Work] = progress.Step!;
        switch (progress.Step)
        {
            case DeviceStep.Wait wait:
                Log.Waiting(logger, name, wait.Condition, wait.Why.Reason, wait.Why.Message);
                break;
            case DeviceStep.Refuse refuse:
                Log.Refused(logger, name, refuse.Condition, refuse.Why.Reason, refuse.Why.Message);
                break;
            case DeviceStep.ReleaseDone done:
                Log.Released(logger, name, done.Message);
                break;
        }
    }

    private sealed class Progress(AgentWork work, EniAttachment? attachment)
    {
        public AgentWork Work => work;

        public EniAttachment? Attachment => attachment;

        public long? Generation => attachment?.Metadata.Generation;

        public PciAddress Orphan { get; init; }

        public DeviceObservation? Situation { get; set; }

        public DeviceClaim? Claim { get; set; }

        public DeviceStep? Step { get; set; }

        public TimeSpan? LookAgain { get; set; }

        public TimeSpan? Deferred { get; set; }

        public bool Acted { get; set; }

        public bool Held { get; set; }

        public bool Gone { get; set; }
    }
}
