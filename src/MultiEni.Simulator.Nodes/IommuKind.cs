namespace MultiEni.Simulator.Nodes;

/// <summary>
/// What the instance type offers for isolating devices
/// (docs/reference/driver-binding.md#iommu-and-write-combining).
/// </summary>
public enum IommuKind
{
    /// <summary>No IOMMU: virtualized instances. vfio-pci needs no-IOMMU mode.</summary>
    None,

    /// <summary>An IOMMU with one group for each device: metal instances.</summary>
    GroupPerDevice,

    /// <summary>
    /// An IOMMU that puts all interfaces into one group, which is therefore not viable while one of
    /// them has its kernel driver.
    /// </summary>
    SharedGroup,
}
