using MultiEni.Api.NodeEnis;

namespace MultiEni.Manager.Devices;

/// <summary>One PCI network function as sysfs shows it.</summary>
internal sealed record PciDevice
{
    /// <summary>Where it sits.</summary>
    public required PciAddress Address { get; init; }

    /// <summary>What it is.</summary>
    public required PciIds Ids { get; init; }

    /// <summary>PCI class without prefix, such as <c>020000</c> for an Ethernet controller.</summary>
    public string ClassCode { get; init; } = "020000";

    /// <summary>The driver that holds it; null when none does.</summary>
    public string? Driver { get; init; }

    /// <summary>
    /// Whether vfio-pci is letting it go and has not ended yet, because the card is taken away or somebody unbinds it: it waits for whoever has
    /// the device open.
    /// </summary>
    public bool IsLeavingVfio { get; init; }

    /// <summary>
    /// The only driver that may take it, when one was set; otherwise null. Looked up only where a decision needs it, since the kernel tells it
    /// under the device's lock: see <see cref="Binding.LockedFiles"/>.
    /// </summary>
    public string? DriverOverride { get; init; }

    /// <summary>
    /// Its network interface in the host's network namespace. Null although a kernel driver holds the device means that the interface
    /// is in another namespace, or that the driver's probe failed (docs/reference/driver-binding.md#network-namespaces).
    /// </summary>
    public string? InterfaceName { get; init; }

    /// <summary>IOMMU group, or null.</summary>
    public string? IommuGroup { get; init; }

    /// <summary>Whether the group is the fake one of no-IOMMU mode.</summary>
    public bool NoIommu { get; init; }

    /// <summary>Whether virtual functions of it are switched on.</summary>
    public bool HasVirtualFunctions { get; init; }

    /// <summary>Whether a user-space driver of DPDK holds it.</summary>
    public bool IsHeldByDpdk => DpdkDrivers.Contains(Driver);
}
