using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using MultiEni.Api.NodeEnis;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;
using MultiEni.Manager.Kubelet.DevicePlugins;

namespace MultiEni.Manager.Publishing.Embedded;

/// <summary>
/// What a container gets, under the names that images written for the SR-IOV device plugin expect
/// (docs/reference/sriov-device-plugin.md#what-a-container-gets).
/// </summary>
internal static class ContainerGrants
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Puts a grant together.</summary>
    /// <param name="resource">The resource that was requested.</param>
    /// <param name="devices">The devices, in the order in which the kubelet chose them.</param>
    /// <param name="networkOf">What is known of the ENI behind a device.</param>
    /// <param name="mounts">Folders with the same in files.</param>
    internal static ContainerGrant Of(
        ResourceName resource,
        IReadOnlyList<DeviceCheck.Usable> devices,
        Func<PciAddress, EniNetwork?> networkOf,
        IReadOnlyList<FolderMount> mounts
    )
    {
        var variable = VariableOf(resource);
        var info = new JsonObject();
        foreach (var device in devices)
        {
            info[device.Address.ToString()] = InfoOf(device, networkOf(device.Address));
        }

        return new ContainerGrant(
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                [variable] = string.Join(',', devices.Select(device => device.Address.ToString())),
                [variable + "_INFO"] = info.ToJsonString(Plain),
            },
            [.. devices.SelectMany(device => device.Nodes).Distinct()]
        )
        {
            Mounts = mounts,
        };
    }

    /// <summary>
    /// Name of the variable with the PCI addresses. As the SR-IOV device plugin makes it, so a
    /// hyphen stays one.
    /// </summary>
    internal static string VariableOf(ResourceName resource) => $"PCIDEVICE_{resource.Prefix}_{resource.Name}".Replace('.', '_').ToUpperInvariant();

    private static JsonObject InfoOf(DeviceCheck.Usable device, EniNetwork? network)
    {
        var info = new JsonObject { ["generic"] = new JsonObject { ["deviceID"] = device.Address.ToString() } };
        switch (device.Nodes)
        {
            case [{ HostPath: DeviceNodes.VfioContainer } container, var group]:
                info["vfio"] = new JsonObject { ["dev-mount"] = group.ContainerPath, ["mount"] = container.ContainerPath };
                break;
            case [var uio]:
                info["uio"] = new JsonObject { ["mount"] = uio.ContainerPath };
                break;
        }

        if (network is not null)
        {
            info["extra"] = ExtraOf(network.Fixed());
        }

        return info;
    }

    /// <summary>
    /// What a program must know of the ENI, where the SR-IOV device plugin shows its
    /// <c>additionalInfo</c>.
    /// </summary>
    internal static JsonObject ExtraOf(IReadOnlyDictionary<string, string> network)
    {
        var extra = new JsonObject();
        foreach (var (name, value) in network)
        {
            extra[name] = value;
        }

        return extra;
    }
}

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
            // Without an IOMMU the container sees the node under the group's plain name, where
            // every DPDK looks first.
            DpdkDrivers.VfioPci when device.IommuGroup is { } group =>
            [
                new DeviceNode(VfioContainer, VfioContainer),
                new DeviceNode(SysfsPaths.VfioNode(group, device.NoIommu), SysfsPaths.VfioNode(group, noIommu: false)),
            ],
            DpdkDrivers.IgbUio or DpdkDrivers.UioPciGeneric when uio is not null => [new DeviceNode(uio, uio)],
            _ => [],
        };
}
