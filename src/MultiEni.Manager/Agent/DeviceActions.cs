using System.Diagnostics;
using Microsoft.Extensions.Logging;
using MultiEni.Api;
using MultiEni.Manager.Binding;
using MultiEni.Manager.Claims;
using MultiEni.Manager.Claims.Preparation;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;
using MultiEni.Manager.Links;
using MultiEni.Manager.Publishing;
using MultiEni.Manager.Safety;
using MultiEni.Manager.Settings;
using MultiEni.Manager.Steps;
using MultiEni.Manager.Telemetry;

namespace MultiEni.Manager.Agent;

/// <summary>Carries out the steps that change something.</summary>
internal sealed class DeviceActions(
    NodeHost host,
    ManagerSettings settings,
    BindingJournal journal,
    BindSequence bind,
    GiveBackSequence giveBack,
    LinkChanger links,
    DeviceChangeGate gate,
    ClaimHolds holds,
    IDevicePublisher publisher,
    ManagerMetrics metrics,
    TimeProvider time,
    ILogger logger
)
{
    private static readonly TimeSpan LinkInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>Carries out a step.</summary>
    /// <param name="step">The step; one that changes something.</param>
    /// <param name="context">What it was decided on.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<StepOutcome> TakeAsync(DeviceStep step, StepContext context, CancellationToken cancellationToken) =>
        step switch
        {
            DeviceStep.LinkUp up => LinkUpAsync(up, context, cancellationToken),
            DeviceStep.SetMtu mtu => SetMtuAsync(mtu, context, cancellationToken),
            DeviceStep.ChangeLink change => ChangeLinkAsync(change, context, cancellationToken),
            DeviceStep.Bind bindTo => BindAsync(bindTo, context, cancellationToken),
            DeviceStep.GiveBack back => GiveBackAsync(back, context, cancellationToken),
            DeviceStep.Publish publish => PublishAsync(publish, context, cancellationToken),
            DeviceStep.Withdraw withdraw => WithdrawAsync(withdraw, cancellationToken),
            DeviceStep.Nothing or DeviceStep.Wait or DeviceStep.Refuse or DeviceStep.CheckUse or DeviceStep.ReleaseDone =>
                throw new InvalidOperationException($"{step} changes nothing."),
            _ => throw new UnreachableException($"{step}"),
        };

    /// <summary>Forgets a device that needs nothing more.</summary>
    public void Forget(PciAddress address) => journal.Remove(address);

    private async Task<StepOutcome> LinkUpAsync(DeviceStep.LinkUp step, StepContext context, CancellationToken cancellationToken)
    {
        var error = await host.Links.SetUpAsync(step.LinkIndex, true, cancellationToken);
        if (error != Errno.None)
        {
            return LinkFailure($"{step.Name} could not be brought up", error);
        }

        var start = time.GetTimestamp();
        while (true)
        {
            var network = await host.Links.ReadAsync(cancellationToken);
            if (network.Links.FirstOrDefault(link => link.Index == step.LinkIndex) is { Up: true })
            {
                Log.LinkUp(logger, context.Name, step.Name);
                return StepOutcome.Done;
            }

            if (time.GetElapsedTime(start) >= settings.InterfaceUpTimeout)
            {
                return LinkFailure(
                    Reasons.LinkFailed,
                    $"{step.Name} was brought up and is not up after {settings.InterfaceUpTimeout.TotalSeconds} s (INTERFACE_UP_TIMEOUT)."
                );
            }

            await Task.Delay(LinkInterval, time, cancellationToken);
        }
    }

    private async Task<StepOutcome> SetMtuAsync(DeviceStep.SetMtu step, StepContext context, CancellationToken cancellationToken)
    {
        var error = await host.Links.SetMtuAsync(step.LinkIndex, step.Mtu, cancellationToken);
        if (error != Errno.None)
        {
            return LinkFailure($"the MTU of {step.Name} could not be set to {step.Mtu}", error);
        }

        Log.MtuSet(logger, context.Name, step.Name, step.Mtu);
        return StepOutcome.Done;
    }

    private async Task<StepOutcome> ChangeLinkAsync(DeviceStep.ChangeLink step, StepContext context, CancellationToken cancellationToken)
    {
        LinkFailure? failure;
        try
        {
            failure = await links.ApplyAsync(context.BootId, step.Link, step.Operations, cancellationToken);
        }
        catch (JournalException error)
        {
            return new StepOutcome(new Blocker(Reasons.JournalUnwritable, error.Message), new RetryDelays(LongestDelay, LongestDelay));
        }

        if (failure is not null)
        {
            return LinkFailure($"{step.Name}: {failure.What}", failure.Error);
        }

        Log.LinkChanged(logger, context.Name, step.Name, step.Operations.Count);
        return StepOutcome.Done;
    }

    private Task<StepOutcome> BindAsync(DeviceStep.Bind step, StepContext context, CancellationToken cancellationToken)
    {
        var request = new BindRequest
        {
            Address = step.Device.Address,
            Ids = step.Device.Ids,
            Driver = step.Driver,
            EniId = context.Claim.EniId,
            Mac = context.Claim.Mac?.ToString() ?? "",
            Attachment = context.Claim.Attachment,
            BootId = context.BootId,
            NodeAddresses = context.Observation.NodeAddresses,
            PrimaryInterface = settings.PrimaryInterface,
        };
        return ChangeDriverAsync(
            "bind",
            step.Driver,
            step.Device.Address,
            context.Claim,
            () =>
                holds.Of(step.Device.Address, context.BootId) is var (claim, held) && (held.Driver != step.Driver || !held.IsOf(context.Claim.EniId))
                    ? Task.FromResult<ChangeOutcome>(HeldBy(step.Device.Address, claim))
                    : bind.BindAsync(request, cancellationToken)
        );
    }

    private Task<StepOutcome> GiveBackAsync(DeviceStep.GiveBack step, StepContext context, CancellationToken cancellationToken)
    {
        // Without an entry the device's history is unknown, and the kernel chooses the driver.
        var entry =
            context.Observation.Journal
            ?? new JournalEntry
            {
                PciAddress = step.Device.Address.ToString(),
                EniId = context.Claim.EniId,
                MacAddress = context.Claim.Mac?.ToString() ?? "",
                Attachment = context.Claim.Attachment,
                Ids = step.Device.Ids.ToString(),
                TargetDriver = step.Device.Driver ?? "",
                BootId = context.BootId,
            };
        return ChangeDriverAsync(
            "unbind",
            entry.TargetDriver,
            step.Device.Address,
            context.Claim,
            () =>
                holds.Of(step.Device.Address, context.BootId) is var (claim, _)
                    ? Task.FromResult<ChangeOutcome>(HeldBy(step.Device.Address, claim))
                    : giveBack.GiveBackAsync(entry, cancellationToken)
        );
    }

    // After noting under which name: whoever gets the device is known by that.
    private async Task<StepOutcome> PublishAsync(DeviceStep.Publish step, StepContext context, CancellationToken cancellationToken)
    {
        var offer = step.Offer;
        try
        {
            journal.NoteOffer(offer.Address, context.BootId, offer.Resource.ToString());
        }
        catch (JournalException error)
        {
            return new StepOutcome(new Blocker(Reasons.JournalUnwritable, error.Message), new RetryDelays(LongestDelay, LongestDelay));
        }

        await publisher.OfferAsync(offer, cancellationToken);
        // The next decision finds a failure, and its words.
        if (publisher.StateOf(offer.Address, allocatable: null) is not OfferState.Failed)
        {
            Log.Offered(logger, context.Name, offer.Address.ToString(), offer.Resource.ToString());
        }

        return StepOutcome.Done;
    }

    private async Task<StepOutcome> WithdrawAsync(DeviceStep.Withdraw step, CancellationToken cancellationToken)
    {
        await (
            step.ReplacedBy is { } eniId
                ? publisher.ReplaceAsync(step.Address, eniId, cancellationToken)
                : publisher.WithdrawAsync(step.Address, cancellationToken)
        );
        Log.Withdrawn(logger, step.Address.ToString());
        return StepOutcome.Done;
    }

    // One at a time on the node (S13).
    private async Task<StepOutcome> ChangeDriverAsync(
        string operation,
        string driver,
        PciAddress address,
        DeviceClaim claim,
        Func<Task<ChangeOutcome>> change
    )
    {
        IDisposable? turn;
        try
        {
            turn = gate.TryEnter();
        }
        catch (JournalException error)
        {
            return new StepOutcome(new Blocker(Reasons.JournalUnwritable, error.Message), Delays(1, 12));
        }

        if (turn is null)
        {
            return new StepOutcome(
                new Blocker(Reasons.ConcurrentOperation, "Another device of the node is being bound or given back; this one is next."),
                null
            );
        }

        using (turn)
        using (metrics.DriverChanging())
        {
            var start = time.GetTimestamp();
            var outcome = await change();
            metrics.DriverChanged(operation, driver, outcome.Failure?.Reason, time.GetElapsedTime(start));
            return Account(operation, outcome, claim, address);
        }
    }

    // A claim is noted before the gate is entered for it, so whoever is inside sees it.
    private static ChangeOutcome.Refused HeldBy(PciAddress address, PreparedClaim claim) => new(ClaimHolds.InUse(address, claim));

    private StepOutcome Account(string operation, ChangeOutcome outcome, DeviceClaim claim, PciAddress address)
    {
        switch (outcome)
        {
            case ChangeOutcome.Done done:
                Log.DriverChanged(logger, operation, address.ToString(), claim.Attachment, claim.EniId, done.Device.Driver ?? "");
                return StepOutcome.Done;
            case ChangeOutcome.Refused refused:
                return Failed(refused.Why, Delays(1, 6));
            case ChangeOutcome.RolledBack undone:
                metrics.RolledBack();
                return Failed(undone.Why, Delays(1, 60));
            case ChangeOutcome.Driverless bare:
                return Failed(bare.Why, Delays(0.5, 12));
            case ChangeOutcome.Stuck stuck:
                return Failed(stuck.Why, null);
            case ChangeOutcome.Removed removed:
                return Failed(removed.Why, null);
            default:
                throw new UnreachableException($"{outcome}");
        }

        StepOutcome Failed(Blocker why, RetryDelays? retry)
        {
            Log.DriverChangeFailed(logger, operation, address.ToString(), claim.Attachment, claim.EniId, why.Reason, why.Message);
            return new StepOutcome(why, retry);
        }
    }

    private TimeSpan LongestDelay => settings.RetryDelay * 12;

    private RetryDelays Delays(double first, double longest) => new(settings.RetryDelay * first, settings.RetryDelay * longest);

    private StepOutcome LinkFailure(string what, Errno error) =>
        error is Errno.NotPermitted or Errno.AccessDenied
            ? LinkFailure(
                Reasons.InsufficientPermissions,
                $"{what} ({SysfsFailure.Name(error)}). Run the eni-manager container privileged and in the host's network."
            )
            : LinkFailure(Reasons.LinkFailed, $"{what} ({SysfsFailure.Name(error)}).");

    private StepOutcome LinkFailure(string reason, string message) => new(new Blocker(reason, message), Delays(1, 12));
}

/// <summary>What a step was decided on.</summary>
/// <param name="Name">The attachment, or the address of an orphan, for the log.</param>
/// <param name="Observation">What was seen.</param>
/// <param name="Claim">What is known of the ENI.</param>
/// <param name="BootId">The present boot.</param>
internal sealed record StepContext(string Name, DeviceObservation Observation, DeviceClaim Claim, string BootId);
