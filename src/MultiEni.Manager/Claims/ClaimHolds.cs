using MultiEni.Api;
using MultiEni.Manager.Claims.Preparation;
using MultiEni.Manager.Host;
using MultiEni.Manager.Safety;

namespace MultiEni.Manager.Claims;

/// <summary>Which devices claims have, for whoever would change or offer one.</summary>
internal sealed class ClaimHolds(PreparedClaims claims, ClaimTurns turns)
{
    /// <summary>Why a device that a claim has is not changed.</summary>
    public static Blocker InUse(PciAddress address, PreparedClaim claim) =>
        new(Reasons.DeviceInUse, $"{address} is in use by claim {claim}; it is not modified before the claim's pod ends.");

    /// <summary>
    /// The claim that has the device at an address, and as what; null when none has it for itself.
    /// Also when another ENI was plugged in there meanwhile: the claim's containers may open it.
    /// </summary>
    public (PreparedClaim Claim, PreparedClaimDevice Device)? Of(PciAddress address, string bootId) => claims.HolderOf(address, bootId);

    /// <summary>
    /// The driver that the device of an ENI has only while a claim has it; null when there is no
    /// such claim, or it has another ENI, which was at the address before.
    /// </summary>
    public string? DriverOf(PciAddress address, string eniId, string bootId) =>
        Of(address, bootId) is ({ Phase: ClaimPhase.Prepared }, { IsBoundForClaim: true } device) && device.IsOf(eniId) ? device.Driver : null;

    /// <summary>
    /// Whether a device is between what it is with its claim and without: what is seen of it says
    /// nothing before the claim is asked for again.
    /// </summary>
    public bool IsUnsettled(PciAddress address, string bootId) =>
        Of(address, bootId) is var (claim, _) && (claim.Phase != ClaimPhase.Prepared || turns.IsRunning(claim.Uid));

    /// <summary>Whether something is under way for the claim that has a device.</summary>
    public bool IsChanging(PciAddress address, string bootId) => Of(address, bootId) is { } held && turns.IsRunning(held.Claim.Uid);

    /// <summary>The end of that, well or not.</summary>
    public Task ChangeOf(PciAddress address, string bootId) => Of(address, bootId) is { } held ? turns.EndOf(held.Claim.Uid) : Task.CompletedTask;

    /// <summary>
    /// Whether something is under way for a claim that has the device of an attachment.
    /// </summary>
    public bool IsChanging(string attachment, string bootId) =>
        claims.Of(bootId).Any(claim => turns.IsRunning(claim.Uid) && claim.Devices.Exists(device => device.Eni.Attachment == attachment));
}
