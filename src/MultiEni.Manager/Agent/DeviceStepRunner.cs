using System.Diagnostics;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;
using MultiEni.Manager.Safety;
using MultiEni.Manager.Steps;

namespace MultiEni.Manager.Agent;

/// <summary>Observe, decide, act, until there is nothing to do or nothing can be done.</summary>
internal sealed class DeviceStepRunner(
    BootGuard boot,
    DeviceObserver observer,
    DeviceActions actions,
    UsageProbe usage,
    OfferOwners owners,
    AttachmentStatusWriter statusWriter,
    RetryBackoff backoff,
    LinkRepairLimiter repairs
)
{
    // Glance, bring up, set MTU, change the link, withdraw, look, give back, bind, advertise: with
    // room for one retry of each.
    private const int MostSteps = 19;

    /// <summary>Moves a device as far as it will go.</summary>
    /// <param name="target">Whose device.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Where it stands; null when the attachment is gone.</returns>
    public async Task<Standing?> RunAsync(DeviceTarget target, CancellationToken cancellationToken)
    {
        var run = new RunState();
        for (var count = 0; count < MostSteps; count++)
        {
            var isGlance = count == 0;
            var seen = isGlance ? await boot.GlanceAsync(cancellationToken) : await boot.ObserveAsync(cancellationToken);
            var (observation, claim) = await ReadAsync(target, seen, run.Usage, cancellationToken);
            if (observation.Match is DeviceMatch.Absent)
            {
                // The link that comes back is another one, which nobody has changed yet.
                repairs.Forget(target.Work);
            }

            var step = DeviceDecision.Decide(observation);
            if (step.Kind == StepKind.Settled)
            {
                return new Standing(seen.BootId, observation, step, null, run.HasActed);
            }

            // Nothing is done on the strength of what was seen a moment ago.
            if (isGlance)
            {
                continue;
            }

            if (step.Kind == StepKind.Release)
            {
                Finish(target, observation);
                return new Standing(seen.BootId, observation, step, null, run.HasActed);
            }

            var context = new StepContext(target.Name, observation, claim, seen.BootId);
            if (await TakeAsync(target, step, context, run, cancellationToken) is { } stop)
            {
                return stop.IsGone
                    ? null
                    : new Standing((await boot.ObserveAsync(cancellationToken)).BootId, observation, stop.Step, stop.RetryAfter, true);
            }
        }

        throw new InvalidOperationException($"{target.Name} does not settle within {MostSteps} steps.");
    }

    // Null: decide again.
    private async Task<Stop?> TakeAsync(DeviceTarget target, DeviceStep step, StepContext context, RunState run, CancellationToken cancellationToken)
    {
        if (step is DeviceStep.CheckUse check)
        {
            run.Usage = await usage.LookAsync(check.Device, cancellationToken);
            return null;
        }

        run.HasActed = true;
        if (step is not DeviceStep.Withdraw && !await HoldAsync(target, run, cancellationToken))
        {
            return new Stop(step, null, IsGone: true);
        }

        return step.Kind == StepKind.Advertisement
            ? await AdvertiseAsync(target, step, context, run, cancellationToken)
            : await ChangeAsync(target, step, context, cancellationToken);
    }

    // Before anything is done to a device, its attachment must not be able to vanish without the
    // agent.
    private async Task<bool> HoldAsync(DeviceTarget target, RunState run, CancellationToken cancellationToken)
    {
        if (!run.IsHeld && target is DeviceTarget.OfAttachment { Attachment: { Metadata.IsBeingDeleted: false } attachment })
        {
            run.IsHeld = await statusWriter.HoldAsync(attachment, cancellationToken);
            return run.IsHeld;
        }

        return true;
    }

    private async Task<Stop?> AdvertiseAsync(
        DeviceTarget target,
        DeviceStep step,
        StepContext context,
        RunState run,
        CancellationToken cancellationToken
    )
    {
        // What was found out before holds only as long as nobody can get the device.
        run.Usage = new DeviceUsage.NotChecked();
        if (step is DeviceStep.Publish publish)
        {
            owners.Set(publish.Offer.Address, target.Name);
        }

        var outcome = await actions.TakeAsync(step, context, cancellationToken);
        return outcome.Blocker is { } why ? new Stop(new DeviceStep.Refuse(step.Affects, why), outcome.Retry?.First) : null;
    }

    private async Task<Stop?> ChangeAsync(DeviceTarget target, DeviceStep step, StepContext context, CancellationToken cancellationToken)
    {
        if (backoff.Closed(target.Work, target.Generation) is { } closed)
        {
            return new Stop(new DeviceStep.Refuse(step.Affects, closed.Why), closed.Left);
        }

        // What is removed for good, or was left behind, is no repair.
        var isLink = step.Kind == StepKind.Link && step is not DeviceStep.ChangeLink { Link: null } && !context.Observation.Desired.Deleting;
        if (isLink && repairs.Wait(target.Work) is var pause && pause > TimeSpan.Zero)
        {
            return new Stop(new DeviceStep.Refuse(step.Affects, Contested(step)), pause);
        }

        var outcome = await actions.TakeAsync(step, context, cancellationToken);
        if (outcome.Blocker is { } why)
        {
            TimeSpan? retryAfter = outcome.Retry is { } delays ? backoff.Fail(target.Work, target.Generation, why, delays) : null;
            return new Stop(
                why.Reason == Reasons.ConcurrentOperation ? new DeviceStep.Wait(step.Affects, why) : new DeviceStep.Refuse(step.Affects, why),
                retryAfter
            );
        }

        backoff.Forget(target.Work);
        if (isLink)
        {
            repairs.Note(target.Work);
        }
        else
        {
            // The link of a device that came back is down, and nobody took it down.
            repairs.Forget(target.Work);
        }

        return null;
    }

    private Task<(DeviceObservation Observation, DeviceClaim Claim)> ReadAsync(
        DeviceTarget target,
        HostObservation seen,
        DeviceUsage known,
        CancellationToken cancellationToken
    ) =>
        target switch
        {
            DeviceTarget.OfAttachment { Attachment: var attachment } => observer.ReadAsync(attachment, seen, known, cancellationToken),
            DeviceTarget.Orphan { Address: var address } => Task.FromResult(observer.ReadOrphan(address, seen, known)),
            _ => throw new UnreachableException($"{target}"),
        };

    private void Finish(DeviceTarget target, DeviceObservation observation)
    {
        if (observation.Journal is { } entry)
        {
            actions.Forget(PciAddress.Parse(entry.PciAddress));
        }

        backoff.Forget(target.Work);
    }

    private static Blocker Contested(DeviceStep step)
    {
        var (name, what) = step switch
        {
            DeviceStep.SetMtu mtu => (mtu.Name, $"its MTU to something else than {mtu.Mtu}"),
            DeviceStep.LinkUp up => (up.Name, "it down"),
            DeviceStep.ChangeLink change => (change.Name, "its names, addresses, routes or rules otherwise"),
            _ => throw new UnreachableException($"{step}"),
        };
        return new Blocker(
            Reasons.LinkFailed,
            $"Another program keeps changing {name}: it sets {what} after each repair. Repairs are limited to a few a minute; keep the other program, such as "
                + "systemd-networkd or NetworkManager, off this interface."
        );
    }

    private sealed class RunState
    {
        public DeviceUsage Usage { get; set; } = new DeviceUsage.NotChecked();

        public bool IsHeld { get; set; }

        public bool HasActed { get; set; }
    }

    private sealed record Stop(DeviceStep Step, TimeSpan? RetryAfter, bool IsGone = false);
}

/// <summary>Whose device it is about.</summary>
internal abstract record DeviceTarget
{
    private DeviceTarget(AgentWork work, long? generation)
    {
        Work = work;
        Generation = generation;
    }

    /// <summary>The work.</summary>
    public AgentWork Work { get; }

    /// <summary>The specification's generation; null for an orphan.</summary>
    public long? Generation { get; }

    /// <summary>The attachment's name, or the orphan's address.</summary>
    public string Name => Work.Name;

    /// <summary>An attachment's.</summary>
    public sealed record OfAttachment(EniAttachment Attachment)
        : DeviceTarget(AgentWork.Attachment(Attachment.Metadata.Name), Attachment.Metadata.Generation);

    /// <summary>Nobody's any more.</summary>
    public sealed record Orphan(PciAddress Address) : DeviceTarget(AgentWork.Orphan(Address.ToString()), generation: null);
}

/// <summary>Where a device stands.</summary>
/// <param name="BootId">The present boot.</param>
/// <param name="Observation">What the step was decided on.</param>
/// <param name="Step">The step at which it stands: settled, or the end of a deletion.</param>
/// <param name="RetryAfter">
/// When what failed is tried again; null when nothing failed, or only a change makes that worth
/// while.
/// </param>
/// <param name="HasActed">Whether anything was done on the way.</param>
internal sealed record Standing(string BootId, DeviceObservation Observation, DeviceStep Step, TimeSpan? RetryAfter, bool HasActed);
