namespace MultiEni.Simulator.Nodes;

/// <summary>
/// The PCI drivers that simulated nodes know, their modules and which devices they match.
/// </summary>
internal static class PciDrivers
{
    internal const string Ena = "ena";
    internal const string Nvme = "nvme";
    internal const string Vfio = "vfio-pci";

    private static readonly Dictionary<string, string> ModuleOfDriver = new(StringComparer.Ordinal)
    {
        [Ena] = "ena",
        [Nvme] = "nvme",
        [Vfio] = "vfio_pci",
        ["igb_uio"] = "igb_uio",
        ["uio_pci_generic"] = "uio_pci_generic",
    };

    private static readonly Dictionary<string, string[]> Dependencies = new(StringComparer.Ordinal)
    {
        ["vfio_pci"] = ["vfio", "vfio_iommu_type1", "vfio_pci_core"],
        ["igb_uio"] = ["uio"],
        ["uio_pci_generic"] = ["uio"],
    };

    internal static IEnumerable<string> Names => ModuleOfDriver.Keys;

    internal static string? ModuleOf(string driver) => ModuleOfDriver.GetValueOrDefault(driver);

    internal static IEnumerable<string> WithDependencies(string module) => Dependencies.GetValueOrDefault(module, []).Append(module);

    internal static bool IsUio(string driver) => driver is "igb_uio" or "uio_pci_generic";

    /// <summary>
    /// An override admits only its driver, whose id table is then not asked; vfio-pci and the uio
    /// drivers have no id table (docs/reference/driver-binding.md#driver-files).
    /// </summary>
    internal static bool Matches(string driver, PciDevice device) =>
        device.Override is { } only
            ? only == driver
            : driver switch
            {
                Ena => device is { Vendor: "1d0f", DeviceId: "ec20" or "ec21" or "0ec2" or "1ec2" },
                Nvme => device.Class.StartsWith("0108", StringComparison.Ordinal),
                _ => false,
            };
}
