using System.Diagnostics;
using MultiEni.Api;
using MultiEni.Manager.Binding;
using MultiEni.Manager.Claims.Preparation;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Safety;
using MultiEni.Manager.Settings;
using MultiEni.Manager.Steps;

namespace MultiEni.Manager.Agent;

/// <summary>
/// Whether a device may be bound for a claim: by the same identity and the same safety rules as for
/// an attachment.
/// </summary>
internal static class ClaimClearance
{
    /// <summary>Decides.</summary>
    /// <param name="wanted">The device as it was planned.</param>
    /// <param name="observation">
    /// What is the case of its attachment, with what pods that have addresses of its ENI make of it;
    /// null when there is no such attachment any more.
    /// </param>
    /// <param name="claim">What is known of the attachment's ENI.</param>
    /// <param name="bootId">The present boot.</param>
    /// <param name="settings">How the agent behaves.</param>
    public static BindClearance Decide(
        PreparedClaimDevice wanted,
        DeviceObservation? observation,
        DeviceClaim claim,
        string bootId,
        ManagerSettings settings
    )
    {
        if (observation?.Device is not { } device || device.Address != wanted.Address || !wanted.IsOf(claim.EniId))
        {
            return Refused(Reasons.DeviceRemoved, $"The node has no device of {wanted.Device} at {wanted.PciAddress} any more.");
        }

        if (observation.TouchBlocker is { } untouchable)
        {
            return new BindClearance.Refused(untouchable);
        }

        // What was begun is finished: its rules were checked before, and a device without its
        // interface cannot meet them again.
        var isBegun = observation.Journal is not null;
        if (!isBegun && device.IsHeldByDpdk)
        {
            return Refused(
                Reasons.ForeignBinding,
                $"{device.Address} is already bound to {device.Driver}, and not by this agent; it is left alone. Give it back to its kernel driver yourself."
            );
        }

        if (!isBegun && observation.Link is null)
        {
            return Refused(
                Reasons.DeviceInUse,
                $"The interface of {device.Address} is not in the host's network namespace: it is in use by a pod. End that pod first."
            );
        }

        if (!isBegun && WhyUsed(observation.Usage) is { } used)
        {
            return new BindClearance.Refused(used);
        }

        if (!isBegun && observation.BindBlocker is { } blocker)
        {
            return new BindClearance.Refused(blocker);
        }

        return new BindClearance.Granted(
            new BindRequest
            {
                Address = device.Address,
                Ids = device.Ids,
                Driver = wanted.Driver,
                EniId = claim.EniId,
                Mac = claim.Mac?.ToString() ?? "",
                Attachment = claim.Attachment,
                BootId = bootId,
                NodeAddresses = observation.NodeAddresses,
                PrimaryInterface = settings.PrimaryInterface,
            }
        );
    }

    private static Blocker? WhyUsed(DeviceUsage usage) =>
        usage switch
        {
            DeviceUsage.Free => null,
            DeviceUsage.InUse use => new Blocker(Reasons.DeviceInUse, use.Message),
            DeviceUsage.Unknown unknown => new Blocker(Reasons.DeviceUsageUnknown, unknown.Message),
            _ => throw new UnreachableException($"{usage}"),
        };

    private static BindClearance.Refused Refused(string reason, string message) => new(new Blocker(reason, message));
}
