using System.Globalization;
using MultiEni.Api;
using MultiEni.Manager.Safety;

namespace MultiEni.Manager.Publishing.Embedded;

/// <summary>
/// How far an offer by the embedded device plugin has come, as a function of what is known (rule
/// 16).
/// </summary>
internal static class EmbeddedOffer
{
    /// <summary>Judges a device on offer.</summary>
    /// <param name="device">The device.</param>
    /// <param name="check">What the last look at it showed.</param>
    /// <param name="usable">How many usable devices of the resource are on offer.</param>
    /// <param name="problem">Why the kubelet does not know them; null when it does.</param>
    /// <param name="allocatable">What the node counts; null while that is not known.</param>
    public static OfferState Offered(
        OfferedDevice device,
        DeviceCheck check,
        int usable,
        string? problem,
        IReadOnlyDictionary<string, string>? allocatable
    )
    {
        if (check is DeviceCheck.Unusable bad)
        {
            return new OfferState.Failed(device, bad.Why);
        }

        if (problem is not null)
        {
            return new OfferState.Pending(
                device,
                new Blocker(
                    Reasons.KubeletUnavailable,
                    $"{device.Resource} is not registered with the kubelet: {problem}. If this persists, check that the agent has the host folder of DEVICE_PLUGINS_PATH "
                        + "mounted at the same path, and that the kubelet is running."
                )
            );
        }

        var counted = Counted(device.Resource, allocatable);
        return counted >= usable
            ? new OfferState.Confirmed(device)
            : new OfferState.Pending(
                device,
                new Blocker(
                    Reasons.AllocatableMismatch,
                    $"allocatable shows {counted} of {usable} {device.Resource}. The kubelet updates it with its next node status; "
                        + "if this persists, another device plugin serves the same resource."
                )
            );
    }

    /// <summary>Judges a device that was taken back.</summary>
    /// <param name="device">
    /// The device. No container gets it any more, whatever the node counts.
    /// </param>
    /// <param name="remaining">How many devices of the resource are still on offer.</param>
    /// <param name="problem">Why the kubelet does not hear of it; null when it does.</param>
    /// <param name="allocatable">What the node counts; null while that is not known.</param>
    public static OfferState Withdrawn(OfferedDevice device, int remaining, string? problem, IReadOnlyDictionary<string, string>? allocatable)
    {
        // A kubelet that does not watch counts nothing, and when it comes back it is not told of
        // the device.
        if (problem is not null || (allocatable is not null && Counted(device.Resource, allocatable) <= remaining))
        {
            return new OfferState.NotOffered();
        }

        return new OfferState.Withdrawing(
            device,
            new Blocker(
                Reasons.Releasing,
                allocatable is null
                    ? "The node's allocatable is not known yet."
                    : $"{device.Resource} was withdrawn; allocatable still shows {Counted(device.Resource, allocatable)}, and {remaining} remain advertised."
            )
        );
    }

    private static long Counted(ResourceName resource, IReadOnlyDictionary<string, string>? allocatable) =>
        allocatable?.TryGetValue(resource.ToString(), out var text) == true
        && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? count
            : 0;
}
