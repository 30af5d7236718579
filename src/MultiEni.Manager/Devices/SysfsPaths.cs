using MultiEni.Manager.Host;

namespace MultiEni.Manager.Devices;

/// <summary>Paths of the kernel's files that this program reads and writes.</summary>
internal static class SysfsPaths
{
    /// <summary>All PCI devices.</summary>
    public const string PciDevices = "/sys/bus/pci/devices";

    /// <summary>Asks the kernel to look for a driver; success proves nothing (docs/reference/driver-binding.md#driver-files).</summary>
    public const string DriversProbe = "/sys/bus/pci/drivers_probe";

    /// <summary>Switch of no-IOMMU mode; absent when the kernel was built without it.</summary>
    public const string NoIommuMode = "/sys/module/vfio/parameters/enable_unsafe_noiommu_mode";

    /// <summary>Changes with every boot.</summary>
    public const string BootId = "/proc/sys/kernel/random/boot_id";

    /// <summary>How the vfio-pci module differs from one of the kernel's own; absent for a built-in driver.</summary>
    public const string VfioPciTaint = "/sys/module/vfio_pci/taint";

    /// <summary>Version of the loaded ena module.</summary>
    public const string EnaVersion = "/sys/module/ena/version";

    /// <summary>A file of a device.</summary>
    public static string Device(PciAddress address, string file) => $"{PciDevices}/{address}/{file}";

    /// <summary>The folder of a driver; exists while its module is loaded, and for built-in drivers.</summary>
    public static string Driver(string driver) => $"/sys/bus/pci/drivers/{driver}";

    /// <summary>A file of a driver.</summary>
    public static string Driver(string driver, string file) => $"{Driver(driver)}/{file}";

    /// <summary>The device node through which a process uses a VFIO group.</summary>
    public static string VfioNode(string group, bool noIommu) => noIommu ? $"/dev/vfio/noiommu-{group}" : $"/dev/vfio/{group}";

    /// <summary>The device node through which a process uses a device of igb_uio or uio_pci_generic; null when there is none.</summary>
    public static async Task<string?> UioNodeAsync(IHostFiles files, PciAddress address, CancellationToken cancellationToken)
    {
        var numbers = await files.ListAsync(Device(address, "uio"), cancellationToken);
        return numbers.FirstOrDefault(name => name.StartsWith("uio", StringComparison.Ordinal)) is { } uio ? $"/dev/{uio}" : null;
    }

    /// <summary>The last part of a path or link target.</summary>
    /// <returns>Null when it could not be a name in a path of ours: it is put into those that are written to.</returns>
    public static string? LastPart(string? path) => path?[(path.LastIndexOf('/') + 1)..] is { } name and not ("" or "." or "..") ? name : null;
}
