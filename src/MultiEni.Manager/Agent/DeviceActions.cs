using Microsoft.Extensions.Logging;
using MultiEni.Api;
using MultiEni.Manager.Binding;
using MultiEni.Manager.Claims;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;
using MultiEni.Manager.Publishing;
using MultiEni.Manager.Safety;
using MultiEni.Manager.Settings;
using MultiEni.Manager.Steps;
using MultiEni.Manager.Telemetry;

namespace MultiEni.Manager.Agent;

/// <summary>Carries out steps. What goes wrong comes back as a refusal; null means done.</summary>
internal sealed class DeviceActions(
    NodeHost host,
    ManagerSettings settings,
    BindingJournal journal,
    BindSequence bind,
    GiveBackSequence giveBack,
    DeviceChangeGate gate,
    ClaimHolds holds,
    IDevicePublisher publisher,
    ManagerMetrics metrics,
    TimeProvider time,
    ILogger logger
)
{
    private static readonly TimeSpan LinkInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>Brings a link up and waits until it is.</summary>
    public async Task<Blocker?> LinkUpAsync(string attachment, DeviceStep.LinkUp step, CancellationToken cancellationToken)
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
                Log.LinkUp(logger, attachment, step.Name);
                return null;
            }

            if (time.GetElapsedTime(start) >= settings.InterfaceUpTimeout)
            {
                return new Blocker(
                    Reasons.LinkFailed,
                    $"{step.Name} was brought up and is not up after {settings.InterfaceUpTimeout.TotalSeconds} s (INTERFACE_UP_TIMEOUT)."
                );
            }

            await Task.Delay(LinkInterval, time, cancellationToken);
        }
    }

    /// <summary>Sets a link's MTU.</summary>
    public async Task<Blocker?> SetMtuAsync(string attachment, DeviceStep.SetMtu step, CancellationToken cancellationToken)
    {
        var error = await host.Links.SetMtuAsync(step.LinkIndex, step.Mtu, cancellationToken);
        if (error != Errno.None)
        {
            return LinkFailure($"the MTU of {step.Name} could not be set to {step.Mtu}", error);
        }

        Log.MtuSet(logger, attachment, step.Name, step.Mtu);
        return null;
    }

    /// <summary>Hands a device to its user-space driver.</summary>
    public async Task<(Blocker? Why, TimeSpan First, TimeSpan Longest)> BindAsync(
        DeviceStep.Bind step,
        DeviceObservation situation,
        DeviceClaim claim,
        string bootId,
        CancellationToken cancellationToken
    )
    {
        using var inside = Enter(out var unable);
        if (inside is null)
        {
            return unable;
        }

        if (holds.Of(step.Device.Address, bootId) is var (holder, held) && held.Driver != step.Driver)
        {
            return (Claimed(step.Device.Address, holder.ToString()), TimeSpan.Zero, TimeSpan.Zero);
        }

        var request = new BindRequest
        {
            Address = step.Device.Address,
            Ids = step.Device.Ids,
            Driver = step.Driver,
            EniId = claim.EniId,
            Mac = claim.Mac?.ToString() ?? "",
            Attachment = claim.Attachment,
            BootId = bootId,
            NodeAddresses = situation.NodeAddresses,
            PrimaryInterface = settings.PrimaryInterface,
        };
        using var change = metrics.DriverChanging();
        var start = time.GetTimestamp();
        var outcome = await bind.BindAsync(request, cancellationToken);
        return Account("bind", step.Driver, outcome, claim, step.Device.Address, time.GetElapsedTime(start));
    }

    /// <summary>Returns a device to its kernel driver.</summary>
    public async Task<(Blocker? Why, TimeSpan First, TimeSpan Longest)> GiveBackAsync(
        DeviceStep.GiveBack step,
        DeviceObservation situation,
        DeviceClaim claim,
        string bootId,
        CancellationToken cancellationToken
    )
    {
        using var inside = Enter(out var unable);
        if (inside is null)
        {
            return unable;
        }

        if (holds.Of(step.Device.Address, bootId) is var (holder, _))
        {
            return (Claimed(step.Device.Address, holder.ToString()), TimeSpan.Zero, TimeSpan.Zero);
        }

        // Without an entry the device's history is unknown, and the kernel chooses the driver.
        var entry =
            situation.Journal
            ?? new JournalEntry
            {
                PciAddress = step.Device.Address.ToString(),
                EniId = claim.EniId,
                MacAddress = claim.Mac?.ToString() ?? "",
                Attachment = claim.Attachment,
                Ids = step.Device.Ids.ToString(),
                TargetDriver = step.Device.Driver ?? "",
                BootId = bootId,
            };
        using var change = metrics.DriverChanging();
        var start = time.GetTimestamp();
        var outcome = await giveBack.GiveBackAsync(entry, cancellationToken);
        return Account("unbind", entry.TargetDriver, outcome, claim, step.Device.Address, time.GetElapsedTime(start));
    }

    /// <summary>Offers a device, after noting under which name: whoever gets it is known by that.</summary>
    public async Task<Blocker?> PublishAsync(string attachment, OfferedDevice offer, string bootId, CancellationToken cancellationToken)
    {
        try
        {
            journal.NoteOffer(offer.Address, bootId, offer.Resource.ToString());
        }
        catch (JournalException error)
        {
            return new Blocker(Reasons.JournalUnwritable, error.Message);
        }

        await publisher.OfferAsync(offer, cancellationToken);
        if (publisher.StateOf(offer.Address, allocatable: null) is OfferState.Failed)
        {
            // The next decision finds the failure, and its words.
            return null;
        }

        Log.Offered(logger, attachment, offer.Address.ToString(), offer.Resource.ToString());
        return null;
    }

    /// <summary>Offers a device no longer.</summary>
    public async Task WithdrawAsync(PciAddress address, CancellationToken cancellationToken)
    {
        await publisher.WithdrawAsync(address, cancellationToken);
        Log.Withdrawn(logger, address.ToString());
    }

    /// <summary>Forgets a device that needs nothing more.</summary>
    public void Forget(PciAddress address) => journal.Remove(address);

    private (Blocker? Why, TimeSpan First, TimeSpan Longest) Account(
        string operation,
        string driver,
        ChangeOutcome outcome,
        DeviceClaim claim,
        PciAddress address,
        TimeSpan duration
    )
    {
        var (why, first, longest) = outcome switch
        {
            ChangeOutcome.Done => (null, TimeSpan.Zero, TimeSpan.Zero),
            ChangeOutcome.Refused refused => (refused.Why, settings.RetryDelay, settings.RetryDelay * 6),
            ChangeOutcome.RolledBack undone => (undone.Why, settings.RetryDelay, settings.RetryDelay * 60),
            ChangeOutcome.Driverless bare => (bare.Why, settings.RetryDelay / 2, settings.RetryDelay * 12),
            ChangeOutcome.Stuck stuck => (stuck.Why, TimeSpan.Zero, TimeSpan.Zero),
            ChangeOutcome.Removed removed => (removed.Why, TimeSpan.Zero, TimeSpan.Zero),
            _ => throw new InvalidOperationException($"No such outcome: {outcome}."),
        };
        metrics.DriverChanged(operation, driver, why?.Reason, duration);
        if (outcome is ChangeOutcome.RolledBack)
        {
            metrics.RolledBack();
        }

        if (outcome is ChangeOutcome.Done done)
        {
            Log.DriverChanged(logger, operation, address.ToString(), claim.Attachment, claim.EniId, done.Device.Driver ?? "");
        }
        else
        {
            Log.DriverChangeFailed(logger, operation, address.ToString(), claim.Attachment, claim.EniId, why!.Reason, why.Message);
        }

        return (why, first, longest);
    }

    private IDisposable? Enter(out (Blocker? Why, TimeSpan First, TimeSpan Longest) unable)
    {
        try
        {
            unable = (
                new Blocker(Reasons.ConcurrentOperation, "Another device of the node is being bound or given back; this one is next."),
                TimeSpan.Zero,
                TimeSpan.Zero
            );
            return gate.TryEnter();
        }
        catch (JournalException error)
        {
            unable = (new Blocker(Reasons.JournalUnwritable, error.Message), settings.RetryDelay, settings.RetryDelay * 12);
            return null;
        }
    }

    // A claim is noted before the gate is entered for it, so that whoever is inside sees it.
    private static Blocker Claimed(PciAddress address, string claim) =>
        new(Reasons.DeviceInUse, $"{address} is in use by claim {claim}; nothing is done to it before the claim's pod ends.");

    private static Blocker LinkFailure(string what, Errno error) =>
        new(
            error is Errno.NotPermitted or Errno.AccessDenied ? Reasons.InsufficientPermissions : Reasons.LinkFailed,
            $"{what} ({SysfsFailure.Name(error)})."
                + (error is Errno.NotPermitted or Errno.AccessDenied ? " Run the eni-manager container privileged and in the host's network." : "")
        );
}
