using System.Diagnostics;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;
using MultiEni.Manager.Binding;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Publishing;
using MultiEni.Manager.Safety;

namespace MultiEni.Manager.Steps;

/// <summary>
/// The decision of the agent: what is asked for and what is the case give the next step. Publish
/// last, withdraw first; nothing is done to a device whose identity or safety is in doubt.
/// </summary>
internal static class DeviceDecision
{
    /// <summary>The next step; asked again after each.</summary>
    public static DeviceStep Decide(DeviceObservation observation)
    {
        // The only place where the advertisement of this boot ends: whatever changes, the device is
        // withdrawn before anything is done about it.
        if (
            observation
                is { Offer: OfferState.Withdrawing { IsGone: false, Device.Address: var leaving }, IsOfferOfAnother: true, Device.Address: var here }
            && leaving == here
        )
        {
            // Whichever attachment was looked at first.
            return new DeviceStep.Withdraw(leaving, ReplacedBy: observation.Desired.EniId);
        }

        if (observation.Offer.OnOffer is { } offer)
        {
            if (observation.IsOfferOfAnother && offer.Address == observation.Device?.Address)
            {
                return new DeviceStep.Withdraw(offer.Address, ReplacedBy: observation.Desired.EniId);
            }

            if (offer != DeviceGuard.Wanted(observation))
            {
                return new DeviceStep.Withdraw(offer.Address);
            }
        }

        return observation.Desired.Deleting ? DeviceReleaseDecision.Decide(observation) : Establish(observation);
    }

    private static DeviceStep Establish(DeviceObservation observation)
    {
        var desired = observation.Desired;
        if (desired.NetworkState != EniState.Attached)
        {
            return Wait(ConditionTypes.Configured, Reasons.WaitingForDevice, $"The ENI is {desired.NetworkState} in EC2 and not attached yet.");
        }

        return observation.Match switch
        {
            DeviceMatch.Found found => WithDevice(observation, found.Device),
            // The rules that lead to a link outlive it.
            DeviceMatch.Absent absent => LinkSteps.Clear(observation) ?? Wait(ConditionTypes.Configured, Reasons.WaitingForDevice, absent.Message),
            DeviceMatch.Ambiguous ambiguous => Refuse(ConditionTypes.Configured, Reasons.DeviceAmbiguous, ambiguous.Message),
            DeviceMatch.Mismatch mismatch => Refuse(ConditionTypes.Configured, Reasons.PciAddressMismatch, mismatch.Message),
            DeviceMatch.AddressNotFound missing => Refuse(ConditionTypes.Configured, Reasons.PciDeviceNotFound, missing.Message),
            _ => throw new UnreachableException($"{observation.Match}"),
        };
    }

    private static DeviceStep WithDevice(DeviceObservation observation, PciDevice device)
    {
        if (observation.TouchBlocker is { } blocker)
        {
            return new DeviceStep.Refuse(ConditionTypes.Configured, blocker);
        }

        if (device.IsLeavingVfio)
        {
            return Leaving(observation, device, ConditionTypes.Configured);
        }

        return observation.Desired.Use == DeviceUses.Bound ? Bound(observation, device) : WithKernelDriver(observation, device);
    }

    private static DeviceStep WithKernelDriver(DeviceObservation observation, PciDevice device)
    {
        if (device.IsHeldByDpdk && observation.Journal is null)
        {
            return Refuse(ConditionTypes.Configured, Reasons.ForeignBinding, Foreign(device, "its kernel driver"));
        }

        if (device.IsHeldByDpdk || device.Driver is null || observation.Journal is not null)
        {
            return DeviceReleaseDecision.GiveBack(observation, device, ConditionTypes.Configured);
        }

        var desired = observation.Desired;
        var inPod = observation.Link is null && observation.Match is DeviceMatch.Found { Proof: not IdentityProof.HardwareAddress };
        if (!inPod)
        {
            if (observation.Link is not { } link)
            {
                return Wait(
                    ConditionTypes.Configured,
                    Reasons.WaitingForDevice,
                    $"{device.Driver} holds {device.Address} but shows no interface yet."
                );
            }

            if (!link.Up)
            {
                return new DeviceStep.LinkUp(link.Index, link.Name);
            }

            if (desired.Mtu > 0 && link.Mtu != desired.Mtu)
            {
                return new DeviceStep.SetMtu(link.Index, link.Name, desired.Mtu);
            }
        }

        if ((inPod ? LinkSteps.Clear(observation) : LinkSteps.Establish(observation)) is { } change)
        {
            return change;
        }

        if (desired.IsBoundWhenClaimed && !observation.ServesClaims)
        {
            return Refuse(
                ConditionTypes.Advertised,
                Reasons.ClaimsNotServed,
                "dpdkBinding: WhenClaimed needs the DRA driver, and the ENI manager on this node is none (DEVICE_PUBLISHER). "
                    + "Set eniManager.devicePublisher to dra, or dpdkBinding to Always."
            );
        }

        return desired.Use == DeviceUses.Advertised ? Publish(observation, device) : new DeviceStep.Nothing();
    }

    private static DeviceStep Bound(DeviceObservation observation, PciDevice device)
    {
        var desired = observation.Desired;
        if (!DpdkDrivers.Contains(desired.Driver))
        {
            return Refuse(
                ConditionTypes.Bound,
                Reasons.InvalidSpec,
                $"'{desired.Driver}' is not a supported driver; use vfio-pci, igb_uio or uio_pci_generic."
            );
        }

        if (observation.Link is null && LinkSteps.Clear(observation) is { } clear)
        {
            return clear;
        }

        if (device.Driver == desired.Driver)
        {
            return observation.IsBoundByUs ? Publish(observation, device) : new DeviceStep.Bind(device, desired.Driver);
        }

        if (!observation.DpdkEnabled)
        {
            return Refuse(
                ConditionTypes.Bound,
                Reasons.DpdkDisabled,
                $"{device.Address} is not bound to {desired.Driver}: ENABLE_DPDK is false on this node. Set it to true (eniManager.dpdk.enabled) or remove enableDPDK."
            );
        }

        if (device.IsHeldByDpdk && observation.Journal is null)
        {
            return Refuse(ConditionTypes.Bound, Reasons.ForeignBinding, Foreign(device, desired.Driver));
        }

        if (device.IsHeldByDpdk || observation.Journal is { Phase: JournalPhase.Driverless or JournalPhase.GivingBack } && device.Driver is null)
        {
            return DeviceReleaseDecision.GiveBack(observation, device, ConditionTypes.Bound);
        }

        return Bind(observation, device);
    }

    private static DeviceStep Bind(DeviceObservation observation, PciDevice device)
    {
        if (DeviceGuard.Quiet(observation, device, ConditionTypes.Bound) is { } wait)
        {
            return wait;
        }

        // S7: a kernel driver without an interface here has it in another network namespace.
        if (device.Driver is { } driver && observation.Link is null)
        {
            return observation.Match is DeviceMatch.Found { Proof: IdentityProof.HardwareAddress }
                ? Wait(ConditionTypes.Bound, Reasons.WaitingForDevice, $"{driver} holds {device.Address} but shows no interface yet.")
                : Wait(
                    ConditionTypes.Bound,
                    Reasons.DeviceInUse,
                    $"{driver} holds {device.Address} but its interface is not in the host's network namespace: it is in use by a pod. Delete that pod first."
                );
        }

        if (observation.BindBlocker is { } blocker)
        {
            return new DeviceStep.Refuse(ConditionTypes.Bound, blocker);
        }

        // The last moment at which the kernel can set it; a DPDK application sets its own and finds
        // this one in the status.
        var step =
            LinkSteps.Clear(observation)
            ?? (
                observation.Link is { } link && observation.Desired.Mtu > 0 && link.Mtu != observation.Desired.Mtu
                    ? new DeviceStep.SetMtu(link.Index, link.Name, observation.Desired.Mtu)
                    : new DeviceStep.Bind(device, observation.Desired.Driver)
            );

        // A pod may have it from a time at which it was offered with its kernel driver. One that no
        // driver holds is nobody's.
        return device.Driver is null ? step : DeviceGuard.WhenUnused(observation, device, ConditionTypes.Bound, step);
    }

    private static DeviceStep Publish(DeviceObservation observation, PciDevice device)
    {
        if (!observation.Publishes)
        {
            return new DeviceStep.Nothing();
        }

        if (observation is { HeldByClaim: { } held, ServesClaims: false })
        {
            return new DeviceStep.Wait(ConditionTypes.Advertised, held);
        }

        if (DeviceGuard.Wanted(observation) is not { } wanted)
        {
            return Refuse(ConditionTypes.Advertised, Reasons.InvalidSpec, observation.Desired.ResourceProblem);
        }

        // What is advertised is what is wanted; anything else was withdrawn before.
        return observation.Offer switch
        {
            OfferState.Confirmed => new DeviceStep.Nothing(),
            OfferState.Pending pending => new DeviceStep.Wait(ConditionTypes.Advertised, pending.Why),
            OfferState.Failed failed => new DeviceStep.Refuse(ConditionTypes.Advertised, failed.Why),
            OfferState.NotOffered or OfferState.Withdrawing => DeviceGuard.Offer(observation, wanted, device),
            _ => throw new UnreachableException($"{observation.Offer}"),
        };
    }

    /// <summary>
    /// vfio-pci is letting the device go: nothing is done until that has ended, since all calls for
    /// the device would wait with it.
    /// </summary>
    internal static DeviceStep Leaving(DeviceObservation observation, PciDevice device, string condition)
    {
        if (observation.IsStuck)
        {
            return new DeviceStep.Wait(condition, DeviceGuard.Stuck(device));
        }

        var what = $"vfio-pci is releasing {device.Address}, because the device is being removed or unbound";
        return observation.Usage switch
        {
            DeviceUsage.NotChecked => new DeviceStep.CheckUse(device),
            DeviceUsage.InUse use => Wait(condition, Reasons.RemovalBlocked, $"{what}, and waits for its user: {use.Message} Stop it."),
            DeviceUsage.Unknown unknown => Wait(condition, Reasons.RemovalBlocked, $"{what}, and is not done yet. {unknown.Message}"),
            DeviceUsage.Free => Wait(
                condition,
                Reasons.RemovalBlocked,
                $"{what}, and is not done yet. If this persists, stop the process that has it open."
            ),
            _ => throw new UnreachableException($"{observation.Usage}"),
        };
    }

    private static string Foreign(PciDevice device, string wanted) =>
        $"{device.Address} is already bound to {device.Driver}, not by this agent, so it is left alone. Bind it to {wanted} yourself, or set dpdkDriver to {device.Driver}.";

    private static DeviceStep.Wait Wait(string condition, string reason, string message) => new(condition, new Blocker(reason, message));

    private static DeviceStep.Refuse Refuse(string condition, string reason, string message) => new(condition, new Blocker(reason, message));
}
