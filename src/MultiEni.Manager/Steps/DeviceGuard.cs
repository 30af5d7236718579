using System.Diagnostics;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Publishing;
using MultiEni.Manager.Safety;

namespace MultiEni.Manager.Steps;

/// <summary>
/// What must be so before a device is changed, let go or offered in another way: nobody can get it,
/// no earlier call is still at it, and nobody has it. Every way to such a step leads through here.
/// </summary>
internal static class DeviceGuard
{
    /// <summary>
    /// The device as it is to be offered at present, or null when it must not be: only one that is
    /// attached, identified and verified. A doubt keeps an offer from being made, and does not end
    /// one: to withdraw every device of the node and offer it again stops the pods that start
    /// meanwhile.
    /// </summary>
    public static OfferedDevice? Wanted(DeviceObservation observation)
    {
        var desired = observation.Desired;
        if (
            desired is not { Deleting: false, NetworkState: EniState.Attached, Resource: { } resource }
            || observation is not { Publishes: true, TouchBlocker: null or { IsInconclusive: true }, Device: { Driver: { } driver } device }
        )
        {
            return null;
        }

        var isVerified = desired.Use switch
        {
            DeviceUses.Bound => device.IsHeldByDpdk && driver == desired.Driver && observation.IsBoundByUs,
            DeviceUses.Advertised => !device.IsHeldByDpdk && observation.Journal is null,
            _ => false,
        };
        return isVerified ? new OfferedDevice(resource, device.Address, device.Ids, driver) { Network = desired.Network } : null;
    }

    /// <summary>
    /// The wait for the end of an offer; null when the node counts the device no more.
    /// </summary>
    public static DeviceStep? Unoffered(DeviceObservation observation, string condition) =>
        observation.Offer is OfferState.Withdrawing withdrawing ? new DeviceStep.Wait(condition, withdrawing.Why) : null;

    /// <summary>As above, and that no earlier call is still at the device.</summary>
    public static DeviceStep? Quiet(DeviceObservation observation, PciDevice device, string condition) =>
        Unoffered(observation, condition) ?? (observation.IsStuck ? new DeviceStep.Wait(condition, Stuck(device)) : null);

    /// <summary>
    /// A step that would take the device from whoever has it: taken when that is nobody.
    /// </summary>
    public static DeviceStep WhenUnused(DeviceObservation observation, PciDevice device, string condition, DeviceStep then) =>
        Quiet(observation, device, condition)
        ?? observation.Usage switch
        {
            DeviceUsage.Free => then,
            DeviceUsage.NotChecked or DeviceUsage.InUse or DeviceUsage.Unknown => Occupied(observation.Usage, device, condition),
            _ => throw new UnreachableException($"{observation.Usage}"),
        };

    /// <summary>
    /// A new offer. Whoever has the device under that very resource may keep it, because the
    /// kubelet gives it to nobody else under the same name; under another name it would become a
    /// second one's.
    /// </summary>
    public static DeviceStep Offer(DeviceObservation observation, OfferedDevice wanted, PciDevice device)
    {
        const string Condition = ConditionTypes.Advertised;
        if (Quiet(observation, device, Condition) is { } wait)
        {
            return wait;
        }

        if (observation.OfferBlocker is { } early)
        {
            return new DeviceStep.Wait(Condition, early);
        }

        var resource = wanted.Resource.ToString();
        var use = observation.Usage as DeviceUsage.InUse;
        if (observation.Usage is DeviceUsage.Free || observation.Journal?.ResourceName == resource || use?.Resource == resource)
        {
            return new DeviceStep.Publish(wanted);
        }

        return use is { Resource: { } former }
            ? new DeviceStep.Wait(
                Condition,
                new Blocker(Reasons.DeviceInUse, $"{use.Message} It was allocated as {former} and is advertised as {resource} once it is free.")
            )
            : Occupied(observation.Usage, device, Condition);
    }

    /// <summary>What is said of a device at which an earlier call has not returned.</summary>
    public static Blocker Stuck(PciDevice device) =>
        new(
            Reasons.UnbindTimeout,
            $"{device.Driver ?? "The kernel"} has not released {device.Address}: a process has the device open, or the driver hangs. Nothing else is tried until it does."
        );

    private static DeviceStep Occupied(DeviceUsage usage, PciDevice device, string condition) =>
        usage switch
        {
            DeviceUsage.InUse use => new DeviceStep.Wait(condition, new Blocker(Reasons.DeviceInUse, use.Message)),
            DeviceUsage.Unknown unknown => new DeviceStep.Wait(condition, new Blocker(Reasons.DeviceUsageUnknown, unknown.Message)),
            DeviceUsage.NotChecked => new DeviceStep.CheckUse(device),
            _ => throw new UnreachableException($"{usage}"),
        };
}
