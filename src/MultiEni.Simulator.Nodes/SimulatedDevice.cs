namespace MultiEni.Simulator.Nodes;

/// <summary>A PCI device of a simulated node at one moment, for tests and the demo.</summary>
/// <param name="Address">PCI address, such as <c>0000:00:06.0</c>.</param>
/// <param name="Vendor">Four hexadecimal digits.</param>
/// <param name="Device">Four hexadecimal digits.</param>
/// <param name="Class">Six hexadecimal digits.</param>
/// <param name="MacAddress">
/// The MAC of the interface behind it; null when it is no network device. A device bound to
/// vfio-pci does not tell it to anyone else.
/// </param>
/// <param name="Driver">Target of the driver link, or null.</param>
/// <param name="DriverOverride">The override, or null.</param>
/// <param name="InterfaceName">Its network interface in the host's namespace, or null.</param>
/// <param name="IommuGroup">Number of its group, or null.</param>
/// <param name="NoIommu">The group is a fake one of no-IOMMU mode.</param>
/// <param name="Held">A program holds it open.</param>
public sealed record SimulatedDevice(
    string Address,
    string Vendor,
    string Device,
    string Class,
    string? MacAddress,
    string? Driver,
    string? DriverOverride,
    string? InterfaceName,
    int? IommuGroup,
    bool NoIommu,
    bool Held
);
