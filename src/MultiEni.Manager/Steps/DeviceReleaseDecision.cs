using System.Diagnostics;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Safety;

namespace MultiEni.Manager.Steps;

/// <summary>
/// The road back: wait until nobody has the device, give it to the kernel driver, let the
/// attachment go.
/// </summary>
internal static class DeviceReleaseDecision
{
    /// <summary>
    /// The next step of an attachment that is being deleted, whose device is no longer on offer.
    /// </summary>
    public static DeviceStep Decide(DeviceObservation observation)
    {
        if (!observation.Desired.HasFinalizer)
        {
            return new DeviceStep.Nothing();
        }

        return observation.Match switch
        {
            DeviceMatch.Found { Device: var device } => WithDevice(observation, device),
            // Which one it is will show, and until then none of them may be taken from under a pod.
            DeviceMatch.Ambiguous ambiguous => new DeviceStep.Wait(ConditionTypes.Released, new Blocker(Reasons.DeviceAmbiguous, ambiguous.Message)),
            // Ends by itself: what is attached and stays invisible is looked for by elimination.
            DeviceMatch.Absent { MayBeHidden: true } when EniState.IsAttached(observation.Desired.NetworkState) => new DeviceStep.Wait(
                ConditionTypes.Released,
                new Blocker(
                    Reasons.WaitingForDevice,
                    $"No interface shows the hardware address of {observation.Desired.EniId}, and a device without an interface could be it, in use by a pod. "
                        + "This resolves within seconds."
                )
            ),
            DeviceMatch.Absent or DeviceMatch.Mismatch or DeviceMatch.AddressNotFound => DeviceGuard.Unoffered(observation, ConditionTypes.Released)
                ?? LinkSteps.Clear(observation)
                ?? new DeviceStep.ReleaseDone("The node has no device of this ENI."),
            _ => throw new UnreachableException($"{observation.Match}"),
        };
    }

    /// <summary>The next step on the way back to the kernel driver.</summary>
    public static DeviceStep GiveBack(DeviceObservation observation, PciDevice device, string condition)
    {
        var step = new DeviceStep.GiveBack(device, condition);
        return device.IsHeldByDpdk
            ? DeviceGuard.WhenUnused(observation, device, condition, step)
            : DeviceGuard.Quiet(observation, device, condition) ?? step;
    }

    private static DeviceStep WithDevice(DeviceObservation observation, PciDevice device)
    {
        if (device.IsLeavingVfio)
        {
            return DeviceDecision.Leaving(observation, device, ConditionTypes.Released);
        }

        if (device.IsHeldByDpdk || observation.Journal is not null)
        {
            return GiveBack(observation, device, ConditionTypes.Released);
        }

        if (device.Driver is null)
        {
            return DeviceGuard.Quiet(observation, device, ConditionTypes.Released)
                ?? LinkSteps.Clear(observation)
                ?? new DeviceStep.ReleaseDone($"{device.Address} has no driver.");
        }

        // S7: nobody registers who moved an interface that was not requested, so its return is all
        // that can be waited for.
        var done =
            LinkSteps.Clear(observation)
            ?? (
                observation is { Link: null, Match: DeviceMatch.Found { Proof: IdentityProof.Report or IdentityProof.Elimination } }
                    ? new DeviceStep.Wait(
                        ConditionTypes.Released,
                        new Blocker(
                            Reasons.DeviceInUse,
                            $"The interface of {device.Address} is not in the host's network namespace: it is in use by a pod. Delete that pod."
                        )
                    )
                    : new DeviceStep.ReleaseDone($"{device.Address} is held by its kernel driver {device.Driver}.")
            );

        // Whatever is asked for now: a pod may have got the device while it was offered.
        return DeviceGuard.WhenUnused(observation, device, ConditionTypes.Released, done);
    }
}
