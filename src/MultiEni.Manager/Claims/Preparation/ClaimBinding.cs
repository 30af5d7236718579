using MultiEni.Manager.Binding;
using MultiEni.Manager.Host;
using MultiEni.Manager.Safety;

namespace MultiEni.Manager.Claims.Preparation;

/// <summary>
/// Changes the driver of a device for a claim, by the same sequences and behind the same gate as
/// everybody else.
/// </summary>
/// <param name="bind">Hands a device to a user-space driver.</param>
/// <param name="giveBack">Returns it.</param>
/// <param name="gate">One change at a time on the node.</param>
/// <param name="journal">What was changed.</param>
/// <param name="clearance">
/// Identifies a device and says whether it may be bound: the safety rules are the same for a claim.
/// </param>
/// <param name="restored">
/// Called with the name of an attachment whose device was given back: its new link is down, and
/// nobody took it down.
/// </param>
/// <param name="time">The clock.</param>
internal sealed class ClaimBinding(
    BindSequence bind,
    GiveBackSequence giveBack,
    DeviceChangeGate gate,
    BindingJournal journal,
    Func<PreparedClaimDevice, CancellationToken, Task<BindClearance>> clearance,
    Action<string> restored,
    TimeProvider time
)
{
    private static readonly TimeSpan TurnDelay = TimeSpan.FromMilliseconds(100);

    /// <summary>Gives a device the driver that its claim wants.</summary>
    /// <returns>Why not; null when it has it.</returns>
    /// <exception cref="JournalException">The gate's folder cannot be written.</exception>
    public async Task<Blocker?> BindAsync(PreparedClaimDevice device, CancellationToken cancellationToken)
    {
        using var inside = await EnterAsync(cancellationToken);
        // Only now: what was seen before somebody else's change counts for nothing.
        return await clearance(device, cancellationToken) switch
        {
            BindClearance.Granted granted => WhyNot(await bind.BindAsync(granted.Request with { Driver = device.Driver }, cancellationToken)),
            BindClearance.Refused refused => refused.Why,
            var other => throw new InvalidOperationException($"No such clearance: {other}."),
        };
    }

    /// <summary>
    /// Gives a device back to its kernel driver. One that the journal knows nothing of was not
    /// bound, or is back already.
    /// </summary>
    /// <returns>Why not; null when it is back, or gone.</returns>
    /// <exception cref="JournalException">The gate's folder cannot be written.</exception>
    public async Task<Blocker?> GiveBackAsync(PciAddress address, string bootId, CancellationToken cancellationToken)
    {
        using var inside = await EnterAsync(cancellationToken);
        if (journal.Find(address, bootId) is not { } entry)
        {
            return null;
        }

        var outcome = await giveBack.GiveBackAsync(entry, cancellationToken);
        restored(entry.Attachment);
        return outcome is ChangeOutcome.Removed ? null : WhyNot(outcome);
    }

    private static Blocker? WhyNot(ChangeOutcome outcome) =>
        outcome switch
        {
            ChangeOutcome.Done => null,
            ChangeOutcome.Refused refused => refused.Why,
            ChangeOutcome.RolledBack undone => undone.Why,
            ChangeOutcome.Driverless bare => bare.Why,
            ChangeOutcome.Stuck stuck => stuck.Why,
            ChangeOutcome.Removed removed => removed.Why,
            _ => throw new InvalidOperationException($"No such outcome: {outcome}."),
        };

    private async Task<IDisposable> EnterAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (gate.TryEnter() is { } inside)
            {
                return inside;
            }

            await Task.Delay(TurnDelay, time, cancellationToken);
        }
    }
}

/// <summary>Whether a device may be handed to a user-space driver.</summary>
internal abstract record BindClearance
{
    private BindClearance() { }

    /// <summary>It may.</summary>
    /// <param name="Request">The device, identified. The driver is the claim's affair.</param>
    public sealed record Granted(BindRequest Request) : BindClearance;

    /// <summary>It must not.</summary>
    public sealed record Refused(Blocker Why) : BindClearance;
}
