using System.Diagnostics;
using System.Globalization;
using MultiEni.Api;
using MultiEni.Manager.Safety;

namespace MultiEni.Manager.Publishing;

/// <summary>Compares what was offered with what the node counts.</summary>
internal static class AdvertisementStatus
{
    // Of the plugin's pod, from its deletion until the node counts what its successor offers.
    private static readonly TimeSpan StartTime = TimeSpan.FromMinutes(1);

    /// <summary>Judges a device that is on offer.</summary>
    /// <param name="device">The device.</param>
    /// <param name="offered">All devices on offer.</param>
    /// <param name="restartDue">Whether the device plugin has yet to read the offer.</param>
    /// <param name="plugin">What was last seen of the device plugin.</param>
    /// <param name="allocatable">What the node counts; null while that is not known.</param>
    /// <param name="sinceRead">
    /// How long ago the device plugin was restarted to read the file; null when that is not known,
    /// and long ago.
    /// </param>
    /// <param name="trouble">Why the file does not say what it should; null when it does.</param>
    public static OfferState Offered(
        OfferedDevice device,
        IReadOnlyList<OfferedDevice> offered,
        bool restartDue,
        PluginSight plugin,
        IReadOnlyDictionary<string, string>? allocatable,
        TimeSpan? sinceRead = null,
        Blocker? trouble = null
    )
    {
        var expected = Count(device.Resource, offered);
        var counted = Counted(device.Resource, allocatable);
        if (restartDue)
        {
            return Unread(device, plugin);
        }

        return counted >= expected
            ? new OfferState.Confirmed(device)
            : new OfferState.Pending(
                device,
                trouble ?? Mismatch($"allocatable shows {counted} of {expected} {device.Resource}.", offered, sinceRead)
            );
    }

    /// <summary>
    /// Judges a device that was taken back: gone when the node counts no more than what is still
    /// offered.
    /// </summary>
    public static OfferState Withdrawn(
        OfferedDevice device,
        IReadOnlyList<OfferedDevice> offered,
        bool restartDue,
        PluginSight plugin,
        IReadOnlyDictionary<string, string>? allocatable
    )
    {
        var remaining = Count(device.Resource, offered);
        if (allocatable is null)
        {
            return new OfferState.Withdrawing(device, new Blocker(Reasons.Releasing, "The node's allocatable is not known yet."));
        }

        var counted = Counted(device.Resource, allocatable);
        var reads = restartDue && plugin is PluginSight.Present;
        if (counted <= remaining && !reads)
        {
            return new OfferState.NotOffered();
        }

        return new OfferState.Withdrawing(
            device,
            new Blocker(
                Reasons.Releasing,
                reads
                    ? $"{device.Resource} was withdrawn; the device plugin is being restarted."
                    : $"{device.Resource} was withdrawn; allocatable still shows {counted}, and {remaining} remain advertised."
            )
        );
    }

    private static OfferState Unread(OfferedDevice device, PluginSight plugin) =>
        plugin switch
        {
            PluginSight.ReadsElsewhere elsewhere => new OfferState.Failed(
                device,
                new Blocker(
                    Reasons.DevicePluginFileNotMounted,
                    $"{device.Resource} was written for the SR-IOV device plugin, but {elsewhere.What} and never sees it. Mount the host folder of "
                        + "SRIOV_DP_CONFIG_PATH into the plugin's DaemonSet as a hostPath volume (type DirectoryOrCreate), or set DEVICE_PUBLISHER=embedded."
                )
            ),
            PluginSight.Missing => new OfferState.Pending(
                device,
                new Blocker(
                    Reasons.DevicePluginNotFound,
                    $"{device.Resource} was written for the SR-IOV device plugin, but no pod of it was found on the node. Install it with the host folder "
                        + "of SRIOV_DP_CONFIG_PATH mounted, or name its labels with DEVICE_PLUGIN_LABELS."
                )
            ),
            PluginSight.Present => new OfferState.Pending(
                device,
                new Blocker(Reasons.Publishing, $"{device.Resource} was written for the device plugin, which is being restarted to read it.")
            ),
            _ => throw new UnreachableException($"{plugin}"),
        };

    // The plugin checks every name of its file at start and ends at the first that it does not
    // take: all resources of the node go with it.
    private static Blocker Mismatch(string counts, IReadOnlyList<OfferedDevice> offered, TimeSpan? sinceRead)
    {
        if (sinceRead < StartTime || offered.FirstOrDefault(device => device.Resource.HasHyphen) is not { Resource: var hyphenated })
        {
            return new Blocker(
                Reasons.AllocatableMismatch,
                $"{counts} If this persists, check the log of the SR-IOV device plugin's pod, and that it mounts the host folder of SRIOV_DP_CONFIG_PATH."
            );
        }

        return new Blocker(
            Reasons.ResourceNameHyphen,
            $"{counts} The name {hyphenated} has a hyphen: SR-IOV device plugins before 3.6 exit on it, and all of their resources on the node are lost. Choose "
                + "a dpdkResourceName with underscores, or update the plugin. If it is 3.6 or later, check the log of its pod."
        );
    }

    private static int Count(ResourceName resource, IReadOnlyList<OfferedDevice> offered) => offered.Count(other => other.Resource == resource);

    private static long Counted(ResourceName resource, IReadOnlyDictionary<string, string>? allocatable) =>
        allocatable?.TryGetValue(resource.ToString(), out var text) == true
        && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? count
            : 0;
}
