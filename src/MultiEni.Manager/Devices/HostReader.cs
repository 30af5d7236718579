using MultiEni.Api.NodeEnis;
using MultiEni.Manager.Host;

namespace MultiEni.Manager.Devices;

/// <summary>
/// Reads the observation from the host. Reads only what decisions use, only of network functions,
/// and no file that the kernel reads under the device's lock (<c>driver_override</c>,
/// <c>sriov_numvfs</c>, on some kernels <c>uevent</c>): a device that cannot be let go would stop
/// the look at all others.
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

    // The driver link goes first, and the group's node under /dev/vfio when the last of its devices
    // was let go. The device's uevent would tell as much, but some kernels (6.1) read it under the
    // device's lock.
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

    // The interface's own link names all its ancestors; for virtio the PCI function is not the
    // direct parent (docs/reference/driver-binding.md#identity-of-a-device).
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

/// <summary>What the host shows at one moment: everything the decisions know of it.</summary>
/// <param name="BootId">The present boot.</param>
/// <param name="Devices">PCI network functions, sorted by address.</param>
/// <param name="Network">Links, addresses, routes and rules.</param>
/// <param name="EnaVersion">Version of the kernel's ena driver; null when it does not tell.</param>
internal sealed record HostObservation(string BootId, IReadOnlyList<PciDevice> Devices, NetworkState Network, string? EnaVersion)
{
    /// <summary>The device at an address, or null.</summary>
    public PciDevice? DeviceAt(PciAddress address)
    {
        foreach (var device in Devices)
        {
            if (device.Address == address)
            {
                return device;
            }
        }

        return null;
    }

    /// <summary>The same host with more known of one device.</summary>
    public HostObservation With(PciDevice known) =>
        this with
        {
            Devices = [.. Devices.Select(device => device.Address == known.Address ? known : device)],
        };

    /// <summary>The device's link, or null while the host's network namespace has none.</summary>
    public Link? LinkOf(PciDevice device) =>
        device.InterfaceName is null ? null : Network.Links.FirstOrDefault(link => link.Name == device.InterfaceName);

    /// <summary>The hardware address that the device shows at present, or null.</summary>
    public MacAddress? MacOf(PciDevice device) => LinkOf(device) is { } link && MacAddress.TryParse(link.MacAddress, out var mac) ? mac : null;
}

/// <summary>Paths of the kernel's files that this program reads and writes.</summary>
internal static class SysfsPaths
{
    /// <summary>All PCI devices.</summary>
    public const string PciDevices = "/sys/bus/pci/devices";

    /// <summary>
    /// Asks the kernel to look for a driver; success proves nothing
    /// (docs/reference/driver-binding.md#driver-files).
    /// </summary>
    public const string DriversProbe = "/sys/bus/pci/drivers_probe";

    /// <summary>Switch of no-IOMMU mode; absent when the kernel was built without it.</summary>
    public const string NoIommuMode = "/sys/module/vfio/parameters/enable_unsafe_noiommu_mode";

    /// <summary>Changes with every boot.</summary>
    public const string BootId = "/proc/sys/kernel/random/boot_id";

    /// <summary>
    /// How the vfio-pci module differs from one of the kernel's own; absent for a built-in driver.
    /// </summary>
    public const string VfioPciTaint = "/sys/module/vfio_pci/taint";

    /// <summary>Version of the loaded ena module.</summary>
    public const string EnaVersion = "/sys/module/ena/version";

    /// <summary>A file of a device.</summary>
    public static string Device(PciAddress address, string file) => $"{PciDevices}/{address}/{file}";

    /// <summary>
    /// The folder of a driver; exists while its module is loaded, and for built-in drivers.
    /// </summary>
    public static string Driver(string driver) => $"/sys/bus/pci/drivers/{driver}";

    /// <summary>A file of a driver.</summary>
    public static string Driver(string driver, string file) => $"{Driver(driver)}/{file}";

    /// <summary>The device node through which a process uses a VFIO group.</summary>
    public static string VfioNode(string group, bool noIommu) => noIommu ? $"/dev/vfio/noiommu-{group}" : $"/dev/vfio/{group}";

    /// <summary>
    /// The device node through which a process uses a device of igb_uio or uio_pci_generic; null
    /// when there is none.
    /// </summary>
    public static async Task<string?> UioNodeAsync(IHostFiles files, PciAddress address, CancellationToken cancellationToken)
    {
        var numbers = await files.ListAsync(Device(address, "uio"), cancellationToken);
        return numbers.FirstOrDefault(name => name.StartsWith("uio", StringComparison.Ordinal)) is { } uio ? $"/dev/{uio}" : null;
    }

    /// <summary>
    /// The file that tells the number of such a device node. Not the node itself: where a container
    /// has the nodes of its start, those of devices that came later are missing.
    /// </summary>
    public static string NumberOf(string node) =>
        $"/sys/class/{(node.StartsWith("/dev/vfio/", StringComparison.Ordinal) ? "vfio" : "uio")}/{LastPart(node)}/dev";

    /// <summary>The last part of a path or link target.</summary>
    /// <returns>
    /// Null when it could not be a name in a path of ours: it is put into those that are written
    /// to.
    /// </returns>
    public static string? LastPart(string? path) => path?[(path.LastIndexOf('/') + 1)..] is { } name and not ("" or "." or "..") ? name : null;
}
