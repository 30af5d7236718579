using System.Globalization;
using MultiEni.Api;
using MultiEni.Manager.Safety;

namespace MultiEni.Manager.Publishing;

/// <summary>Compares what was offered with what the node counts (rule 16).</summary>
public static class OfferJudgement
{
    /// <summary>Judges a device that is on offer.</summary>
    /// <param name="device">The device.</param>
    /// <param name="offered">All devices on offer.</param>
    /// <param name="restartDue">Whether the device plugin has yet to read the offer.</param>
    /// <param name="pluginFound">Whether a device plugin runs on the node.</param>
    /// <param name="allocatable">What the node counts; null while that is not known.</param>
    /// <param name="readsElsewhere">The device plugin that runs and what it reads, when that is not the file; otherwise null.</param>
    public static OfferState Offered(
        OfferedDevice device,
        IReadOnlyList<OfferedDevice> offered,
        bool restartDue,
        bool pluginFound,
        IReadOnlyDictionary<string, string>? allocatable,
        string? readsElsewhere = null
    )
    {
        ArgumentNullException.ThrowIfNull(device);
        var expected = Count(device.Resource, offered);
        var counted = Counted(device.Resource, allocatable);
        if (restartDue && readsElsewhere is not null)
        {
            return new OfferState.Failed(
                device,
                new Refusal(
                    Reasons.DevicePluginFileNotMounted,
                    $"{device.Resource} was written for the SR-IOV device plugin, but {readsElsewhere} and never sees it. Mount the host folder of "
                        + "SRIOV_DP_CONFIG_PATH into the plugin's DaemonSet as a hostPath volume (type DirectoryOrCreate), or set DEVICE_PUBLISHER=embedded."
                )
            );
        }

        if (restartDue)
        {
            return new OfferState.Pending(
                device,
                pluginFound
                    ? new Refusal(Reasons.Publishing, $"{device.Resource} was written for the device plugin, which is being restarted to read it.")
                    : new Refusal(
                        Reasons.DevicePluginNotFound,
                        $"{device.Resource} was written for the SR-IOV device plugin, but no pod of it was found on the node. Install it with the host folder "
                            + "of SRIOV_DP_CONFIG_PATH mounted, or name its labels with DEVICE_PLUGIN_LABELS."
                    )
            );
        }

        return counted >= expected
            ? new OfferState.Confirmed(device)
            : new OfferState.Pending(
                device,
                new Refusal(
                    Reasons.AllocatableMismatch,
                    $"The node counts {counted} of {device.Resource} and {expected} are offered. If it stays so, see the log of the device plugin's pod "
                        + "and that it mounts the host folder of SRIOV_DP_CONFIG_PATH."
                )
            );
    }

    /// <summary>Judges a device that was taken back: gone when the node counts no more than what is still offered.</summary>
    public static OfferState Withdrawn(
        OfferedDevice device,
        IReadOnlyList<OfferedDevice> offered,
        bool restartDue,
        bool pluginFound,
        IReadOnlyDictionary<string, string>? allocatable
    )
    {
        ArgumentNullException.ThrowIfNull(device);
        var remaining = Count(device.Resource, offered);
        if (allocatable is null)
        {
            return new OfferState.Withdrawing(device, new Refusal(Reasons.Releasing, "What the node counts is not known yet."));
        }

        var counted = Counted(device.Resource, allocatable);
        if (counted <= remaining && (!restartDue || !pluginFound))
        {
            return new OfferState.NotOffered();
        }

        return new OfferState.Withdrawing(
            device,
            new Refusal(
                Reasons.Releasing,
                restartDue && pluginFound
                    ? $"{device.Resource} was taken back; the device plugin is being restarted."
                    : $"{device.Resource} was taken back; the node still counts {counted} and {remaining} remain on offer."
            )
        );
    }

    private static int Count(ResourceName resource, IReadOnlyList<OfferedDevice> offered) => offered.Count(other => other.Resource == resource);

    private static long Counted(ResourceName resource, IReadOnlyDictionary<string, string>? allocatable) =>
        allocatable?.TryGetValue(resource.ToString(), out var text) == true
        && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? count
            : 0;
}
