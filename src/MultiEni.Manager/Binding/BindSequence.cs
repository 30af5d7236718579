using System.Diagnostics;
using MultiEni.Api;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;
using MultiEni.Manager.Safety;

namespace MultiEni.Manager.Binding;

/// <summary>
/// Hands a device to a user-space driver (docs/reference/driver-binding.md#bind): prepare, note,
/// take down, move, verify; undo when it fails.
/// </summary>
internal sealed class BindSequence(
    NodeHost host,
    LockedFiles locked,
    IDriverMethod method,
    BindPreparation preparation,
    DeviceVerification verification,
    DeviceRestoration restoration,
    BindingJournal journal
)
{
    /// <summary>Binds, or finishes or adopts a bind that was begun before.</summary>
    public async Task<ChangeOutcome> BindAsync(BindRequest request, CancellationToken cancellationToken)
    {
        var address = request.Address;
        try
        {
            var device = await verification.ReadAsync(address, cancellationToken);
            if (device is null || device.Ids != request.Ids)
            {
                return new ChangeOutcome.Removed(new Blocker(Reasons.DeviceRemoved, $"The device at {address} is gone or another one now."));
            }

            if (locked.IsStuck(address))
            {
                return Stuck(address, device.Driver, "an earlier attempt");
            }

            return device.Driver == request.Driver
                ? await AdoptAsync(request, device, cancellationToken)
                : await MoveAsync(request, device, cancellationToken);
        }
        catch (StuckCallException error)
        {
            return Stuck(address, null, error.Message);
        }
        catch (JournalException error)
        {
            return new ChangeOutcome.Refused(new Blocker(Reasons.JournalUnwritable, error.Message));
        }
    }

    private async Task<ChangeOutcome> MoveAsync(BindRequest request, PciDevice device, CancellationToken cancellationToken)
    {
        if (await DriverlessElsewhereAsync(request, device, cancellationToken) is { } other)
        {
            return new ChangeOutcome.Refused(SafetyRules.Driverless(other));
        }

        if (method.Unusable() is { } unusable)
        {
            return new ChangeOutcome.Refused(unusable);
        }

        if (await preparation.PrepareAsync(device, request.Driver, cancellationToken) is { } unprepared)
        {
            return new ChangeOutcome.Refused(unprepared);
        }

        var network = await host.Links.ReadAsync(cancellationToken);
        var link = network.Links.FirstOrDefault(candidate => candidate.Name == device.InterfaceName);
        if (
            link is not null
            && MacAddress.TryParse(request.Mac, out var wanted)
            && MacAddress.TryParse(link.MacAddress, out var found)
            && wanted != found
        )
        {
            return new ChangeOutcome.Removed(
                new Blocker(
                    Reasons.DeviceRemoved,
                    $"The device at {request.Address} was replaced: {link.Name} is {found}, and {request.EniId} is {wanted}."
                )
            );
        }

        var defaults = PrimaryInterface.EffectiveDefaultLinks(network, request.NodeAddresses, request.PrimaryInterface);
        if (link is { Up: true } && defaults.Contains(link.Index))
        {
            return new ChangeOutcome.Refused(
                new Blocker(Reasons.PrimaryInterface, $"{link.Name} carries the node's default route now; it was left up.")
            );
        }

        var entry = Note(request, device, link, link is { Up: true } ? Text(defaults) : null);
        var isTakenDown = link is { Up: false } && journal.Find(request.Address, request.BootId) is { Phase: JournalPhase.Unbinding, WasUp: true };
        journal.Save(entry);
        if (link is not null && (link.Up || isTakenDown) && await TakeDownAsync(request, link, entry, cancellationToken) is { } essential)
        {
            return new ChangeOutcome.Refused(essential);
        }

        var hint = await method.BindAsync(
            device,
            request.Driver,
            () => journal.Advance(entry with { Phase = JournalPhase.Binding }),
            cancellationToken
        );
        var after = await verification.ReadAsync(request.Address, cancellationToken);
        if (after is null)
        {
            journal.Remove(request.Address);
            return new ChangeOutcome.Removed(new Blocker(Reasons.DeviceRemoved, $"{request.Address} was removed from the node while it was bound."));
        }

        var why = await verification.CheckBoundAsync(after, request.Driver, cancellationToken);
        if (why is null)
        {
            journal.Advance(entry with { Phase = JournalPhase.Bound });
            return new ChangeOutcome.Done(after);
        }

        return IsUnfinished(why) ? new ChangeOutcome.Refused(why) : await UndoAsync(entry, hint ?? why, cancellationToken);
    }

    // Already there: a bind that was cut off after its last write, or one whose journal was lost.
    // Verified like any other.
    private async Task<ChangeOutcome> AdoptAsync(BindRequest request, PciDevice device, CancellationToken cancellationToken)
    {
        var entry = Note(request, device, null, null);
        if (await verification.CheckBoundAsync(device, request.Driver, cancellationToken) is { } why)
        {
            return IsUnfinished(why) ? new ChangeOutcome.Refused(why) : await UndoAsync(entry, why, cancellationToken);
        }

        var bound = entry with { Phase = JournalPhase.Bound };
        if (journal.Find(request.Address, request.BootId) != bound)
        {
            journal.Advance(bound);
        }

        return new ChangeOutcome.Done(device);
    }

    // The driver has the device and only udev is late, or the container does not show the host's
    // /dev: another bind would not help (docs/reference/driver-binding.md#bind).
    private static bool IsUnfinished(Blocker why) => why.Reason == Reasons.DeviceNodeMissing;

    private async Task<ChangeOutcome> UndoAsync(JournalEntry entry, Blocker why, CancellationToken cancellationToken)
    {
        var restored = await restoration.RestoreAsync(entry, restoreLink: true, cancellationToken);
        return restored switch
        {
            ChangeOutcome.Done back => new ChangeOutcome.RolledBack(
                why with
                {
                    Message = $"{why.Message} {back.Device.Address} was given back to {back.Device.Driver}.",
                }
            ),
            ChangeOutcome.Driverless bare => new ChangeOutcome.Driverless(bare.Why with { Message = $"{why.Message} {bare.Why.Message}" }),
            ChangeOutcome.Refused or ChangeOutcome.RolledBack or ChangeOutcome.Stuck or ChangeOutcome.Removed => restored,
            _ => throw new UnreachableException($"{restored}"),
        };
    }

    // S13. Only here, with the turn taken, does a device without a driver tell that its change was
    // cut off, and not that it is under way. One that has no driver itself is no further one: to
    // finish its change is the repair.
    private async Task<PciAddress?> DriverlessElsewhereAsync(BindRequest request, PciDevice device, CancellationToken cancellationToken)
    {
        if (device.Driver is null && journal.Find(request.Address, request.BootId) is not null)
        {
            return null;
        }

        foreach (var entry in journal.Entries(request.BootId).Where(entry => entry.Phase != JournalPhase.Bound))
        {
            var address = PciAddress.Parse(entry.PciAddress);
            if (address != request.Address && await verification.ReadAsync(address, cancellationToken) is { Driver: null })
            {
                return address;
            }
        }

        return null;
    }

    // The route by which the node lives may have moved since the rules were checked (S2). Where an
    // earlier attempt was cut off, the link is down already and nobody has looked since.
    private async Task<Blocker?> TakeDownAsync(BindRequest request, Link link, JournalEntry entry, CancellationToken cancellationToken)
    {
        if (link.Up && await host.Links.SetUpAsync(link.Index, false, cancellationToken) is var error && error != Errno.None)
        {
            journal.Remove(request.Address);
            return new Blocker(Reasons.LinkFailed, $"{link.Name} could not be taken down ({SysfsFailure.Name(error)}).");
        }

        var after = await host.Links.ReadAsync(cancellationToken);
        var defaults = PrimaryInterface.EffectiveDefaultLinks(after, request.NodeAddresses, request.PrimaryInterface);
        if (Text(defaults) == entry.DefaultLinks)
        {
            return null;
        }

        var raised = await host.Links.SetUpAsync(link.Index, true, cancellationToken);
        if (raised != Errno.None)
        {
            // The entry stays, so that the next attempt does not take the link for one that was
            // down before.
            return new Blocker(
                Reasons.LinkFailed,
                $"The node's default route changed when {link.Name} was taken down, and it could not be brought up again ({SysfsFailure.Name(raised)})."
            );
        }

        journal.Remove(request.Address);
        return new Blocker(Reasons.PrimaryInterface, $"The node's default route changed when {link.Name} was taken down; it was brought up again.");
    }

    private static string Text(IReadOnlySet<int> links) => string.Join(',', links.Order());

    // What an earlier entry of this boot says of the first state is worth more than what is seen
    // halfway.
    private JournalEntry Note(BindRequest request, PciDevice device, Link? link, string? defaultLinks)
    {
        var earlier = journal.Find(request.Address, request.BootId) is { } entry && entry.EniId == request.EniId ? entry : null;
        return new JournalEntry
        {
            PciAddress = request.Address.ToString(),
            EniId = request.EniId,
            MacAddress = request.Mac,
            Attachment = request.Attachment,
            Ids = request.Ids.ToString(),
            InterfaceName = link?.Name ?? earlier?.InterfaceName ?? "",
            Mtu = earlier?.Mtu ?? link?.Mtu ?? 0,
            WasUp = earlier?.WasUp ?? link?.Up ?? false,
            DefaultLinks = defaultLinks ?? earlier?.DefaultLinks,
            OriginalDriver = device is { Driver: { } driver, IsHeldByDpdk: false } ? driver : earlier?.OriginalDriver ?? "",
            TargetDriver = request.Driver,
            ResourceName = earlier?.ResourceName ?? "",
            BootId = request.BootId,
            Phase = JournalPhase.Unbinding,
        };
    }

    private static ChangeOutcome.Stuck Stuck(PciAddress address, string? holder, string what) =>
        new(
            new Blocker(
                Reasons.UnbindTimeout,
                $"{holder ?? "The driver"} does not release {address} ({what}): a process has the device open, or the driver hangs. "
                    + "Nothing else is tried until it does."
            )
        );
}

/// <summary>
/// A device to be handed to a user-space driver, after identity and safety were checked.
/// </summary>
internal sealed record BindRequest
{
    /// <summary>The device.</summary>
    public required PciAddress Address { get; init; }

    /// <summary>What it was when it was identified; it must still be that.</summary>
    public required PciIds Ids { get; init; }

    /// <summary>The driver that it is to get.</summary>
    public required string Driver { get; init; }

    /// <summary>The ENI.</summary>
    public required string EniId { get; init; }

    /// <summary>Its hardware address.</summary>
    public required string Mac { get; init; }

    /// <summary>Name of the attachment.</summary>
    public required string Attachment { get; init; }

    /// <summary>The present boot.</summary>
    public required string BootId { get; init; }

    /// <summary>The node's InternalIP addresses; empty while they are not known.</summary>
    public IReadOnlyList<string> NodeAddresses { get; init; } = [];

    /// <summary>
    /// The interface that the administrator named as the primary one; empty for none.
    /// </summary>
    public string PrimaryInterface { get; init; } = "";
}

/// <summary>How a change of driver ended.</summary>
internal abstract record ChangeOutcome
{
    private ChangeOutcome(Blocker? failure) => Failure = failure;

    /// <summary>Why the wanted driver does not hold the device; null when it does.</summary>
    public Blocker? Failure { get; }

    /// <summary>The wanted driver holds the device; read from the kernel afterwards.</summary>
    public sealed record Done(PciDevice Device) : ChangeOutcome(failure: null);

    /// <summary>Refused before anything was changed.</summary>
    public sealed record Refused(Blocker Why) : ChangeOutcome(Why);

    /// <summary>It failed and the kernel driver has the device again.</summary>
    public sealed record RolledBack(Blocker Why) : ChangeOutcome(Why);

    /// <summary>It failed and no driver holds the device.</summary>
    public sealed record Driverless(Blocker Why) : ChangeOutcome(Why);

    /// <summary>
    /// A write has not returned; nothing else is tried on the device until it does.
    /// </summary>
    public sealed record Stuck(Blocker Why) : ChangeOutcome(Why);

    /// <summary>The device is gone.</summary>
    public sealed record Removed(Blocker Why) : ChangeOutcome(Why);
}
