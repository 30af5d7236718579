using MultiEni.Api;
using MultiEni.Manager.Host;
using MultiEni.Manager.Safety;

namespace MultiEni.Manager.Binding;

/// <summary>Returns a device to its kernel driver (docs/reference/driver-binding.md#give-back), after it was withdrawn and proven unused.</summary>
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
                $"{entry.TargetDriver} does not let {entry.PciAddress} go ({what}): a process has the device open. End the pod that uses it; "
                    + "nothing more is tried until then."
            )
        );
}
