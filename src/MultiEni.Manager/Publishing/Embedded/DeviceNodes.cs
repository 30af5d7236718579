using MultiEni.Api.NodeEnis;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Kubelet.DevicePlugins;

namespace MultiEni.Manager.Publishing.Embedded;

/// <summary>
/// Which device nodes a container needs for a device: those that the SR-IOV device plugin gives
/// (docs/reference/sriov-device-plugin.md#what-a-container-gets).
/// </summary>
internal static class DeviceNodes
{
    internal const string VfioFolder = "/dev/vfio/";
    internal const string VfioContainer = "/dev/vfio/vfio";

    /// <summary>The nodes; none for a device that a kernel driver holds.</summary>
    /// <param name="device">The device.</param>
    /// <param name="uio">Its uio node, such as <c>/dev/uio0</c>; null when it has none.</param>
    internal static IReadOnlyList<DeviceNode> Of(PciDevice device, string? uio) =>
        device.Driver switch
        {
            // Without an IOMMU the container sees the node under the group's plain name, where every DPDK looks first.
            DpdkDrivers.VfioPci when device.IommuGroup is { } group =>
            [
                new DeviceNode(VfioContainer, VfioContainer),
                new DeviceNode(SysfsPaths.VfioNode(group, device.NoIommu), SysfsPaths.VfioNode(group, noIommu: false)),
            ],
            DpdkDrivers.IgbUio or DpdkDrivers.UioPciGeneric when uio is not null => [new DeviceNode(uio, uio)],
            _ => [],
        };
}
