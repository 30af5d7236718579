using MultiEni.Api;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;
using MultiEni.Manager.Safety;

namespace MultiEni.Manager.Binding;

/// <summary>
/// Returns a device to its kernel driver (docs/reference/driver-binding.md#give-back), after it was
/// withdrawn and proven unused.
/// </summary>
internal sealed class GiveBackSequence(LockedFiles locked, DeviceRestoration restoration)
{
    /// <summary>Gives back the device of an entry.</summary>
    public async Task<ChangeOutcome> GiveBackAsync(JournalEntry entry, CancellationToken cancellationToken)
    {
        var address = PciAddress.Parse(entry.PciAddress);
        try
        {
            return locked.IsStuck(address)
                ? Stuck(entry, "an earlier attempt")
                : await restoration.RestoreAsync(entry, restoreLink: false, cancellationToken);
        }
        catch (StuckCallException error)
        {
            return Stuck(entry, error.Message);
        }
    }

    private static ChangeOutcome.Stuck Stuck(JournalEntry entry, string what) =>
        new(
            new Blocker(
                Reasons.UnbindTimeout,
                $"{entry.TargetDriver} does not release {entry.PciAddress} ({what}): a process has the device open. Delete the pod that uses it; "
                    + "nothing else is tried until then."
            )
        );
}

/// <summary>
/// Puts the kernel driver back and proves it: after a failed bind, and when a device is given back.
/// A device ends with its kernel driver, or the journal and the outcome say that it has none (rule
/// 13).
/// </summary>
internal sealed class DeviceRestoration(
    NodeHost host,
    LockedFiles locked,
    IDriverMethod method,
    NativeDriverMethod native,
    DeviceVerification verification,
    BindingJournal journal
)
{
    /// <summary>Restores the device of a journal entry.</summary>
    /// <param name="entry">What is known of it.</param>
    /// <param name="restoreLink">Whether the link gets its earlier MTU and state back.</param>
    /// <param name="cancellationToken">
    /// Ends the wait; the journal tells a successor to go on.
    /// </param>
    public async Task<ChangeOutcome> RestoreAsync(JournalEntry entry, bool restoreLink, CancellationToken cancellationToken)
    {
        var address = PciAddress.Parse(entry.PciAddress);
        journal.Advance(entry with { Phase = JournalPhase.GivingBack });
        var device = await verification.ReadAsync(address, cancellationToken);
        if (device is null)
        {
            journal.Remove(address);
            return Gone(address);
        }

        Blocker? hint = null;
        if (!IsKernelDriver(device, entry))
        {
            hint = await method.GiveBackAsync(device, entry.OriginalDriver, cancellationToken);
            device = await verification.ReadAsync(address, cancellationToken);
            if (device is not null && !IsKernelDriver(device, entry) && !ReferenceEquals(method, native))
            {
                hint = await native.GiveBackAsync(device, entry.OriginalDriver, cancellationToken) ?? hint;
                device = await verification.ReadAsync(address, cancellationToken);
            }
        }
        else if (await locked.ReadOverrideAsync(address, cancellationToken) is not null)
        {
            // Left behind by a bind that was cut off: with it the kernel driver could not take the
            // device again.
            hint = await native.GiveBackAsync(device, entry.OriginalDriver, cancellationToken);
            device = await verification.ReadAsync(address, cancellationToken);
        }

        if (device is null)
        {
            journal.Remove(address);
            return Gone(address);
        }

        if (!IsKernelDriver(device, entry))
        {
            return NotBack(device, entry, hint);
        }

        return await ConfirmAsync(entry, device, restoreLink, cancellationToken);
    }

    private async Task<ChangeOutcome> ConfirmAsync(JournalEntry entry, PciDevice device, bool restoreLink, CancellationToken cancellationToken)
    {
        var back = await verification.AwaitInterfaceAsync(device.Address, cancellationToken);
        if (back is null)
        {
            journal.Remove(device.Address);
            return Gone(device.Address);
        }

        if (restoreLink && back.InterfaceName is { } name)
        {
            await RestoreLinkAsync(entry, name, cancellationToken);
        }

        journal.Remove(device.Address);
        return new ChangeOutcome.Done(back);
    }

    private ChangeOutcome NotBack(PciDevice device, JournalEntry entry, Blocker? hint)
    {
        if (device.Driver is { } holder)
        {
            return new ChangeOutcome.Refused(hint ?? new Blocker(Reasons.BindFailed, $"{device.Address} is still bound to {holder}."));
        }

        journal.Advance(entry with { Phase = JournalPhase.Driverless });
        var wanted = entry.OriginalDriver.Length > 0 ? entry.OriginalDriver : "its kernel driver";
        return new ChangeOutcome.Driverless(
            new Blocker(
                Reasons.Driverless,
                $"No driver holds {device.Address}: {wanted} did not take it back. {hint?.Message} It is tried again; "
                    + $"see the kernel log of the node, and that the module of {wanted} is loaded."
            )
        );
    }

    private async Task RestoreLinkAsync(JournalEntry entry, string name, CancellationToken cancellationToken)
    {
        var network = await host.Links.ReadAsync(cancellationToken);
        if (network.Links.FirstOrDefault(link => link.Name == name) is not { } link)
        {
            return;
        }

        if (entry.Mtu > 0 && link.Mtu != entry.Mtu)
        {
            await host.Links.SetMtuAsync(link.Index, entry.Mtu, cancellationToken);
        }

        if (entry.WasUp && !link.Up)
        {
            await host.Links.SetUpAsync(link.Index, true, cancellationToken);
        }
    }

    private static bool IsKernelDriver(PciDevice device, JournalEntry entry) =>
        device.Driver is not null && !device.IsHeldByDpdk && device.Driver != entry.TargetDriver;

    private static ChangeOutcome.Removed Gone(PciAddress address) => new(new Blocker(Reasons.DeviceRemoved, $"{address} was removed from the node."));
}
