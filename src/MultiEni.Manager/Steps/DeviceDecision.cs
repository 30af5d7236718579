using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;
using MultiEni.Manager.Binding;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;
using MultiEni.Manager.Publishing;
using MultiEni.Manager.Safety;

namespace MultiEni.Manager.Steps;

/// <summary>
/// The decision of the agent: what is asked for and what is the case give the next step. Publish last, withdraw first; nothing is
/// done to a device whose identity or safety is in doubt (rules 11 to 16).
/// </summary>
internal static class DeviceDecision
{
    /// <summary>The next step; asked again after each.</summary>
    public static DeviceStep Decide(DeviceObservation situation)
    {
        // The only place where an offer ends: whatever changes, the device is taken back before anything is done about it (rule 16).
        if (OfferOf(situation) is { } offer && offer != DeviceGuard.Wanted(situation))
        {
            return new DeviceStep.Withdraw(offer.Address);
        }

        return situation.Wish.Deleting ? DeviceReleaseDecision.Decide(situation) : Establish(situation);
    }

    private static DeviceStep Establish(DeviceObservation situation)
    {
        var wish = situation.Wish;
        if (wish.NetworkState != EniState.Attached)
        {
            return Wait(ConditionTypes.Configured, Reasons.WaitingForDevice, $"The ENI is {wish.NetworkState} in EC2 and not attached yet.");
        }

        if (situation.Match is not DeviceMatch.Found { Device: var device })
        {
            return WithoutDevice(situation);
        }

        if (situation.TouchRefusal is { } refusal)
        {
            return new DeviceStep.Refuse(ConditionTypes.Configured, refusal);
        }

        if (device.IsLeavingVfio)
        {
            return Leaving(situation, device, ConditionTypes.Configured);
        }

        return wish.Use == DeviceUses.Bound ? Bound(situation, device) : WithKernelDriver(situation, device);
    }

    private static DeviceStep WithoutDevice(DeviceObservation situation) =>
        situation.Match switch
        {
            DeviceMatch.Absent absent => Wait(ConditionTypes.Configured, Reasons.WaitingForDevice, absent.Message),
            DeviceMatch.Ambiguous ambiguous => Refuse(ConditionTypes.Configured, Reasons.DeviceAmbiguous, ambiguous.Message),
            DeviceMatch.Mismatch mismatch => Refuse(ConditionTypes.Configured, Reasons.PciAddressMismatch, mismatch.Message),
            DeviceMatch.AddressNotFound missing => Refuse(ConditionTypes.Configured, Reasons.PciDeviceNotFound, missing.Message),
            _ => throw new InvalidOperationException($"A found device has no place here: {situation.Match}."),
        };

    private static DeviceStep WithKernelDriver(DeviceObservation situation, PciDevice device)
    {
        if (device.IsHeldByDpdk && situation.Journal is null)
        {
            return Refuse(ConditionTypes.Configured, Reasons.ForeignBinding, Foreign(device, "its kernel driver"));
        }

        if (device.IsHeldByDpdk || device.Driver is null || situation.Journal is not null)
        {
            return DeviceReleaseDecision.GiveBack(situation, device, ConditionTypes.Configured);
        }

        var wish = situation.Wish;
        var inPod = situation.Link is null && situation.Match is DeviceMatch.Found { Proof: not IdentityProof.HardwareAddress };
        if (!inPod)
        {
            if (situation.Link is not { } link)
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

            if (wish.Mtu > 0 && link.Mtu != wish.Mtu)
            {
                return new DeviceStep.SetMtu(link.Index, link.Name, wish.Mtu);
            }
        }

        return wish.Use == DeviceUses.Advertised ? Publish(situation, device) : new DeviceStep.Nothing();
    }

    private static DeviceStep Bound(DeviceObservation situation, PciDevice device)
    {
        var wish = situation.Wish;
        if (!DpdkDrivers.Contains(wish.Driver))
        {
            return Refuse(
                ConditionTypes.Bound,
                Reasons.InvalidSpec,
                $"'{wish.Driver}' is not a driver that devices are bound to; use vfio-pci, igb_uio or uio_pci_generic."
            );
        }

        if (device.Driver == wish.Driver)
        {
            return situation.IsBoundByUs ? Publish(situation, device) : new DeviceStep.Bind(device, wish.Driver);
        }

        if (!situation.DpdkEnabled)
        {
            return Refuse(
                ConditionTypes.Bound,
                Reasons.DpdkDisabled,
                $"{device.Address} is not bound to {wish.Driver}: ENABLE_DPDK is false on this node. Set it to true (eniManager.dpdk.enabled) or leave enableDPDK out."
            );
        }

        if (device.IsHeldByDpdk && situation.Journal is null)
        {
            return Refuse(ConditionTypes.Bound, Reasons.ForeignBinding, Foreign(device, wish.Driver));
        }

        if (device.IsHeldByDpdk || situation.Journal is { Phase: JournalPhase.Driverless or JournalPhase.GivingBack } && device.Driver is null)
        {
            return DeviceReleaseDecision.GiveBack(situation, device, ConditionTypes.Bound);
        }

        return Bind(situation, device);
    }

    private static DeviceStep Bind(DeviceObservation situation, PciDevice device)
    {
        if (DeviceGuard.Quiet(situation, device, ConditionTypes.Bound) is { } wait)
        {
            return wait;
        }

        // S7: a kernel driver without an interface here has it in another network namespace.
        if (device.Driver is { } driver && situation.Link is null)
        {
            return situation.Match is DeviceMatch.Found { Proof: IdentityProof.HardwareAddress }
                ? Wait(ConditionTypes.Bound, Reasons.WaitingForDevice, $"{driver} holds {device.Address} but shows no interface yet.")
                : Wait(
                    ConditionTypes.Bound,
                    Reasons.DeviceInUse,
                    $"{driver} holds {device.Address} but its interface is not in the host's network namespace: it is in use by a pod. End that pod first."
                );
        }

        if (situation.BindRefusal is { } refusal)
        {
            return new DeviceStep.Refuse(ConditionTypes.Bound, refusal);
        }

        // The last moment at which the kernel can set it; a DPDK application sets its own and finds this one in the status.
        DeviceStep step =
            situation.Link is { } link && situation.Wish.Mtu > 0 && link.Mtu != situation.Wish.Mtu
                ? new DeviceStep.SetMtu(link.Index, link.Name, situation.Wish.Mtu)
                : new DeviceStep.Bind(device, situation.Wish.Driver);

        // A pod may have it from a time at which it was offered with its kernel driver. One that no driver holds is nobody's.
        return device.Driver is null ? step : DeviceGuard.WhenUnused(situation, device, ConditionTypes.Bound, step);
    }

    private static DeviceStep Publish(DeviceObservation situation, PciDevice device)
    {
        if (!situation.Publishes)
        {
            return new DeviceStep.Nothing();
        }

        if (DeviceGuard.Wanted(situation) is not { } wanted)
        {
            return Refuse(ConditionTypes.Advertised, Reasons.InvalidSpec, situation.Wish.ResourceProblem);
        }

        // What is on offer is what is wanted; anything else was withdrawn before.
        return situation.Offer switch
        {
            OfferState.Confirmed => new DeviceStep.Nothing(),
            OfferState.Pending pending => new DeviceStep.Wait(ConditionTypes.Advertised, pending.Why),
            OfferState.Failed failed => new DeviceStep.Refuse(ConditionTypes.Advertised, failed.Why),
            _ => DeviceGuard.Offer(situation, wanted, device),
        };
    }

    /// <summary>vfio-pci is letting the device go: nothing is done until that has ended, since all calls for the device would wait with it.</summary>
    internal static DeviceStep Leaving(DeviceObservation situation, PciDevice device, string condition)
    {
        if (situation.IsStuck)
        {
            return new DeviceStep.Wait(condition, DeviceGuard.Stuck(device));
        }

        var what = $"vfio-pci is letting {device.Address} go, because the card is taken away or somebody unbinds it";
        return situation.Usage switch
        {
            DeviceUsage.NotChecked => new DeviceStep.CheckUse(device),
            DeviceUsage.InUse use => Wait(condition, Reasons.RemovalBlocked, $"{what}, and has to wait: {use.Message} End it."),
            DeviceUsage.Unknown unknown => Wait(condition, Reasons.RemovalBlocked, $"{what}, and has not ended yet. {unknown.Message}"),
            _ => Wait(condition, Reasons.RemovalBlocked, $"{what}, and has not ended yet. If it lasts, end the program that has it open."),
        };
    }

    /// <summary>What is on offer at present, or null.</summary>
    internal static OfferedDevice? OfferOf(DeviceObservation situation) =>
        situation.Offer switch
        {
            OfferState.Pending pending => pending.Device,
            OfferState.Confirmed confirmed => confirmed.Device,
            OfferState.Failed failed => failed.Device,
            _ => null,
        };

    private static string Foreign(PciDevice device, string wanted) =>
        $"{device.Address} is already bound to {device.Driver}, and not by this agent; it is left alone. Bind it to {wanted} yourself, or set dpdkDriver to {device.Driver}.";

    private static DeviceStep.Wait Wait(string condition, string reason, string message) => new(condition, new Blocker(reason, message));

    private static DeviceStep.Refuse Refuse(string condition, string reason, string message) => new(condition, new Blocker(reason, message));
}

/// <summary>What the agent does next for one attachment.</summary>
internal abstract record DeviceStep
{
    private DeviceStep() { }

    /// <summary>All that was asked for is done.</summary>
    public sealed record Nothing : DeviceStep;

    /// <summary>Something that should come by itself is missing.</summary>
    /// <param name="Condition">The condition that it keeps from being true.</param>
    /// <param name="Why">What, and what helps.</param>
    public sealed record Wait(string Condition, Blocker Why) : DeviceStep;

    /// <summary>It must not, or cannot, be done until somebody changes something.</summary>
    /// <param name="Condition">The condition that it keeps from being true.</param>
    /// <param name="Why">What, and what helps.</param>
    public sealed record Refuse(string Condition, Blocker Why) : DeviceStep;

    /// <summary>Bring the link up.</summary>
    public sealed record LinkUp(int LinkIndex, string Name) : DeviceStep;

    /// <summary>Set the link's MTU, in bytes.</summary>
    public sealed record SetMtu(int LinkIndex, string Name, int Mtu) : DeviceStep;

    /// <summary>Hand the device to the driver, or finish or adopt that.</summary>
    public sealed record Bind(PciDevice Device, string Driver) : DeviceStep;

    /// <summary>Return the device to its kernel driver.</summary>
    /// <param name="Device">The device.</param>
    /// <param name="Condition">The condition that a failure keeps from being true.</param>
    public sealed record GiveBack(PciDevice Device, string Condition) : DeviceStep;

    /// <summary>Offer the device to pods.</summary>
    public sealed record Publish(OfferedDevice Offer) : DeviceStep;

    /// <summary>Offer it no longer.</summary>
    public sealed record Withdraw(PciAddress Address) : DeviceStep;

    /// <summary>Find out whether a pod or process has the device; then decide again.</summary>
    public sealed record CheckUse(PciDevice Device) : DeviceStep;

    /// <summary>The device needs nothing more from this node: say so and let the attachment go.</summary>
    public sealed record ReleaseDone(string Message) : DeviceStep;
}
