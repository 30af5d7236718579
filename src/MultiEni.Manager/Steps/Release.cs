using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Publishing;
using MultiEni.Manager.Safety;

namespace MultiEni.Manager.Steps;

/// <summary>The road back: withdraw, wait until nobody has the device, give it to the kernel driver, let the attachment go (rule 6).</summary>
internal static class Release
{
    /// <summary>The next step of an attachment that is being deleted.</summary>
    public static DeviceStep Decide(DeviceSituation situation)
    {
        if (!situation.Wish.HasFinalizer)
        {
            return new DeviceStep.Nothing();
        }

        if (NextStep.OfferOf(situation) is { } offer)
        {
            return new DeviceStep.Withdraw(offer.Address);
        }

        if (situation.Offer is OfferState.Withdrawing withdrawing)
        {
            return new DeviceStep.Wait(ConditionTypes.Released, withdrawing.Why);
        }

        return situation.Device is { } device ? WithDevice(situation, device) : new DeviceStep.ReleaseDone("The node has no device of this ENI.");
    }

    /// <summary>The next step on the way back to the kernel driver.</summary>
    public static DeviceStep GiveBack(DeviceSituation situation, PciDevice device, string condition)
    {
        if (NextStep.OfferOf(situation) is { } offer)
        {
            return new DeviceStep.Withdraw(offer.Address);
        }

        if (situation.Offer is OfferState.Withdrawing withdrawing)
        {
            return new DeviceStep.Wait(condition, withdrawing.Why);
        }

        if (situation.IsStuck)
        {
            return new DeviceStep.Wait(condition, NextStep.Stuck(device));
        }

        return device.IsHeldByDpdk
            ? WhenFree(situation, device, condition, new DeviceStep.GiveBack(device, condition))
            : new DeviceStep.GiveBack(device, condition);
    }

    private static DeviceStep WithDevice(DeviceSituation situation, PciDevice device)
    {
        if (device.LeavingDriver is not null)
        {
            return NextStep.Leaving(situation, device, ConditionTypes.Released);
        }

        if (device.IsHeldByDpdk || situation.Journal is not null)
        {
            return GiveBack(situation, device, ConditionTypes.Released);
        }

        var done = new DeviceStep.ReleaseDone(
            device.Driver is null ? $"{device.Address} has no driver." : $"{device.Address} is held by its kernel driver {device.Driver}."
        );
        if (situation.TouchRefusal is not null || device.Driver is null)
        {
            return done;
        }

        if (situation.Wish.Use == DeviceUses.Advertised)
        {
            return WhenFree(situation, device, ConditionTypes.Released, done);
        }

        // S7: nobody registers who moved the interface of a plain ENI, so its return is all that can be waited for.
        return situation is { Link: null, Match: DeviceMatch.Found { Proof: IdentityProof.Report } }
            ? new DeviceStep.Wait(
                ConditionTypes.Released,
                new Refusal(
                    Reasons.DeviceInUse,
                    $"The interface of {device.Address} is not in the host's network namespace: it is in use by a pod. End that pod."
                )
            )
            : done;
    }

    private static DeviceStep WhenFree(DeviceSituation situation, PciDevice device, string condition, DeviceStep then) =>
        situation.Usage switch
        {
            DeviceUsage.Free => then,
            DeviceUsage.InUse use => new DeviceStep.Wait(condition, new Refusal(Reasons.DeviceInUse, use.Message)),
            _ => new DeviceStep.CheckUse(device),
        };
}
