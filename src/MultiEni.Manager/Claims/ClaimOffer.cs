using MultiEni.Api;
using MultiEni.Manager.Claims.Preparation;
using MultiEni.Manager.Claims.Slices;
using MultiEni.Manager.Safety;

namespace MultiEni.Manager.Claims;

/// <summary>
/// A device that is offered to claims, or is being taken back from them: which of both, how far that
/// has come, and what it waits for. Pure but for the clock.
/// </summary>
/// <param name="Device">The device.</param>
/// <param name="Standing">Whether it can be used.</param>
/// <param name="WithdrawnAt">Time stamp of its withdrawal; null while it is offered.</param>
internal sealed record ClaimOffer(ClaimableDevice Device, DeviceStanding Standing, long? WithdrawnAt)
{
    /// <summary>
    /// A scheduler that has not seen the taint yet may still allocate the device; after that the
    /// claims tell who has it.
    /// </summary>
    internal static readonly TimeSpan WithdrawalGrace = TimeSpan.FromSeconds(5);

    /// <summary>Since when schedulers can see that it is given to nobody any more; null while they cannot.</summary>
    public long? ClosedAt { get; init; }

    /// <summary>Of a device that is taken back: who is about to get it; null while nobody has asked.</summary>
    public DeviceAllocationState? Allocation { get; init; }

    /// <summary>When the API server was last asked for that.</summary>
    public long? AskedAt { get; init; }

    /// <summary>What the slice says of it.</summary>
    public DeviceStanding Shown => Standing is not DeviceStanding.Gone && WithdrawnAt is not null ? new DeviceStanding.Withdrawn() : Standing;

    /// <summary>
    /// Whether it is kept for a claim whose pod is on its way. Of a device that cannot be used the
    /// claim cannot be prepared.
    /// </summary>
    public bool IsAllocated => this is { Standing: DeviceStanding.Ready, WithdrawnAt: not null, Allocation: DeviceAllocationState.Allocated };

    /// <summary>Whether a claim may have it of which nothing on the node knows yet.</summary>
    public bool MayBeAllocated(TimeProvider time) =>
        Standing is DeviceStanding.Ready && IsGraceOver(time) && Allocation is not DeviceAllocationState.Free;

    /// <summary>
    /// Whether it is taken back unless a claim has it. A device that cannot be used cannot be
    /// prepared either, and nothing may be done about it while it is on offer: to wait for its claim
    /// would be to wait for ever.
    /// </summary>
    public bool IsOver(TimeProvider time) =>
        (Standing is DeviceStanding.Gone && WithdrawnAt is not null)
        || (IsGraceOver(time) && (Standing is DeviceStanding.Unusable || Allocation is DeviceAllocationState.Free));

    /// <summary>What the withdrawal waits for.</summary>
    /// <param name="holder">The claim that has the device; null for none.</param>
    public Blocker WhyStill(PreparedClaim? holder) =>
        (holder, Allocation) switch
        {
            ({ } claim, _) => ClaimHolds.InUse(Device.Offer.Address, claim),
            (_, DeviceAllocationState.Allocated allocated) when IsAllocated => new Blocker(
                Reasons.DeviceInUse,
                $"{Device.Name} is allocated to claim {allocated.Claim}, whose pod has not got it yet; it is not taken back before the claim ends. Delete that pod if it "
                    + "does not start."
            ),
            (_, DeviceAllocationState.Unknown unknown) => new Blocker(
                Reasons.DeviceUsageUnknown,
                $"Whether {Device.Name} is allocated to a claim is unknown, so it is not taken back: the ResourceClaims cannot be listed ({unknown.Why}). The ClusterRole "
                    + "eni-manager needs the verb list for resourceclaims."
            ),
            _ => new Blocker(Reasons.Releasing, $"{Device.Name} is given to no further claim and is being taken out of the node's ResourceSlice."),
        };

    private bool IsGraceOver(TimeProvider time) => ClosedAt is { } since && time.GetElapsedTime(since) >= WithdrawalGrace;
}
