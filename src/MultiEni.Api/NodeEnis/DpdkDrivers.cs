namespace MultiEni.Api.NodeEnis;

/// <summary>The kernel drivers that hand a PCI device to a DPDK application.</summary>
public static class DpdkDrivers
{
    /// <summary>The recommended one, with or without an IOMMU.</summary>
    public const string VfioPci = "vfio-pci";

    /// <summary>Out-of-tree driver of the DPDK project; supports write-combining on request.</summary>
    public const string IgbUio = "igb_uio";

    /// <summary>Generic user-space driver of the kernel; unusable where an IOMMU is active.</summary>
    public const string UioPciGeneric = "uio_pci_generic";

    /// <summary>Whether <paramref name="driver"/> is one of these.</summary>
    public static bool Contains(string? driver) => driver is VfioPci or IgbUio or UioPciGeneric;
}
