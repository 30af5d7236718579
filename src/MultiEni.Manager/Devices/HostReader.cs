using MultiEni.Api.NodeEnis;
using MultiEni.Manager.Host;

namespace MultiEni.Manager.Devices;

/// <summary>
/// Reads the observation from the host. Reads only what decisions use, only of network functions, and no file that the kernel reads under the
/// device's lock (<c>driver_override</c>, <c>sriov_numvfs</c>, on some kernels <c>uevent</c>): a device that cannot be let go would stop the look at all others.
/// </summary>
internal sealed class HostReader(NodeHost host)
{
    private const string NetworkClass = "02";

    /// <summary>The host as it is now.</summary>
    public async Task<HostObservation> ReadAsync(CancellationToken cancellationToken)
    {
        var files = host.Files;
        var bootId = await files.ReadTextAsync(SysfsPaths.BootId, cancellationToken);
        var network = await host.Links.ReadAsync(cancellationToken);
        var interfaces = await ReadInterfacesAsync(network, cancellationToken);
        var devices = new List<PciDevice>();
        foreach (var name in await files.ListAsync(SysfsPaths.PciDevices, cancellationToken))
        {
            if (PciAddress.TryParse(name, out var address) && await ReadDeviceAsync(address, interfaces, cancellationToken) is { } device)
            {
                devices.Add(device);
            }
        }

        var enaVersion = await files.ReadTextAsync(SysfsPaths.EnaVersion, cancellationToken);
        return new HostObservation(
            bootId?.Trim() is { Length: > 0 } id
                ? id
                : throw new IOException($"{SysfsPaths.BootId} cannot be read: without the boot's identity no binding can be trusted."),
            devices,
            network,
            enaVersion?.Trim()
        );
    }

    /// <summary>One device, or null when it is gone or no network function.</summary>
    public async Task<PciDevice?> ReadDeviceAsync(PciAddress address, CancellationToken cancellationToken)
    {
        var network = await host.Links.ReadAsync(cancellationToken);
        var interfaces = await ReadInterfacesAsync(network, cancellationToken);
        return await ReadDeviceAsync(address, interfaces, cancellationToken);
    }

    private async Task<PciDevice?> ReadDeviceAsync(PciAddress address, Dictionary<PciAddress, string> interfaces, CancellationToken cancellationToken)
    {
        var files = host.Files;
        var classCode = Hex(await files.ReadTextAsync(SysfsPaths.Device(address, "class"), cancellationToken));
        if (classCode?.StartsWith(NetworkClass, StringComparison.Ordinal) != true)
        {
            return null;
        }

        var vendor = Hex(await files.ReadTextAsync(SysfsPaths.Device(address, "vendor"), cancellationToken));
        var device = Hex(await files.ReadTextAsync(SysfsPaths.Device(address, "device"), cancellationToken));
        if (vendor is null || device is null)
        {
            return null;
        }

        var driver = SysfsPaths.LastPart(await files.ReadLinkAsync(SysfsPaths.Device(address, "driver"), cancellationToken));
        var group = SysfsPaths.LastPart(await files.ReadLinkAsync(SysfsPaths.Device(address, "iommu_group"), cancellationToken));
        var groupName = group is null ? null : await files.ReadTextAsync($"/sys/kernel/iommu_groups/{group}/name", cancellationToken);
        var noIommu = groupName?.Trim() == "vfio-noiommu";
        return new PciDevice
        {
            Address = address,
            Ids = new PciIds(vendor, device),
            ClassCode = classCode,
            Driver = driver,
            IsLeavingVfio = driver is null && group is not null && await IsLeavingVfioAsync(address, group, noIommu, cancellationToken),
            InterfaceName = interfaces.GetValueOrDefault(address),
            IommuGroup = group,
            NoIommu = noIommu,
            HasVirtualFunctions = await files.ExistsAsync(SysfsPaths.Device(address, "virtfn0"), cancellationToken),
        };
    }

    // The driver link goes first, and the group's node under /dev/vfio when the last of its devices was let go. The device's uevent would tell as
    // much, but some kernels (6.1) read it under the device's lock.
    private async Task<bool> IsLeavingVfioAsync(PciAddress address, string group, bool noIommu, CancellationToken cancellationToken)
    {
        if (!await host.Files.ExistsAsync(SysfsPaths.VfioNode(group, noIommu), cancellationToken))
        {
            return false;
        }

        foreach (var member in await host.Files.ListAsync($"/sys/kernel/iommu_groups/{group}/devices", cancellationToken))
        {
            // Then the node is that one's, and says nothing about this device.
            var driver = await host.Files.ReadLinkAsync($"{SysfsPaths.PciDevices}/{member}/driver", cancellationToken);
            if (member != address.ToString() && SysfsPaths.LastPart(driver) == DpdkDrivers.VfioPci)
            {
                return false;
            }
        }

        return true;
    }

    // The interface's own link names all its ancestors; for virtio the PCI function is not the direct parent
    // (docs/reference/driver-binding.md#identity-of-a-device).
    private async Task<Dictionary<PciAddress, string>> ReadInterfacesAsync(NetworkState network, CancellationToken cancellationToken)
    {
        var interfaces = new Dictionary<PciAddress, string>();
        foreach (var link in network.Links)
        {
            var path = await host.Files.ReadLinkAsync($"/sys/class/net/{link.Name}", cancellationToken);
            var address = path is null ? null : PciAddress.LastIn(path);
            if (address is null && await host.Files.ReadLinkAsync($"/sys/class/net/{link.Name}/device", cancellationToken) is { } device)
            {
                address = PciAddress.LastIn(device);
            }

            if (address is { } found)
            {
                interfaces.TryAdd(found, link.Name);
            }
        }

        return interfaces;
    }

    private static string? Hex(string? text)
    {
        var value = text?.Trim().ToLowerInvariant();
        return value?.StartsWith("0x", StringComparison.Ordinal) == true ? value[2..] : value;
    }
}
