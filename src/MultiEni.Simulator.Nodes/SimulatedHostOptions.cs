namespace MultiEni.Simulator.Nodes;

/// <summary>The machine and the kernel of a simulated node.</summary>
public sealed record SimulatedHostOptions
{
    /// <summary>Whether the machine has an IOMMU.</summary>
    public IommuKind Iommu { get; init; }

    /// <summary>
    /// Modules loaded at every boot, besides <c>ena</c> and <c>nvme</c>: <c>vfio_pci</c>,
    /// <c>igb_uio</c>, <c>uio_pci_generic</c>.
    /// </summary>
    public IReadOnlyList<string> Modules { get; init; } = ["vfio_pci"];

    /// <summary>
    /// Whether the kernel was built with CONFIG_VFIO_NOIOMMU. Without it the parameter file is
    /// absent (docs/reference/driver-binding.md#no-iommu-mode).
    /// </summary>
    public bool NoIommuSupported { get; init; } = true;

    /// <summary>Whether no-IOMMU mode is on from the boot, as by a kernel command line.</summary>
    public bool NoIommuEnabled { get; init; }

    /// <summary>How interfaces are named.</summary>
    public InterfaceNaming Naming { get; init; }

    /// <summary>Whether links can have alternative names: Linux 5.5.</summary>
    public bool HasAlternativeNames { get; init; } = true;

    /// <summary>From a hot-plugged PCI device appearing to its kernel driver probing it.</summary>
    public TimeSpan ProbeDelay { get; init; }

    /// <summary>
    /// From a driver's probe to its network interface being there, at hot-plug and after every
    /// bind.
    /// </summary>
    public TimeSpan InterfaceDelay { get; init; }

    /// <summary>
    /// From the reboot request to the node answering again. Meanwhile requests get status 503.
    /// </summary>
    public TimeSpan RebootDuration { get; init; }

    /// <summary>
    /// PCI addresses and IOMMU group numbers of hot-plugged devices change at a reboot, as they may
    /// (docs/reference/driver-binding.md#reboot-and-hot-plug).
    /// </summary>
    public bool ReassignsAddressesAtReboot { get; init; }

    /// <summary>
    /// Interfaces present at boot get MTU 9001, their address and a secondary default route in the
    /// main table and one in a table of their own, as nodeadm does
    /// (docs/reference/driver-binding.md#node-software).
    /// </summary>
    public bool ConfiguresInterfacesAtBoot { get; init; }

    /// <summary>
    /// Adds the policy rules that the VPC CNI makes for pods on the primary interface.
    /// </summary>
    public bool PodRules { get; init; }

    /// <summary>PCI device id of interfaces, four hexadecimal digits.</summary>
    public string InterfaceDeviceId { get; init; } = "ec20";

    /// <summary>What <c>/sys/module/ena/version</c> reads.</summary>
    public string EnaVersion { get; init; } = "2.14.1g";

    /// <summary>
    /// Whether vfio-pci was built outside of the kernel's tree, as a version patched for write
    /// combining is.
    /// </summary>
    public bool PatchedVfio { get; init; }

    /// <summary>What <c>/sys/kernel/security/lockdown</c> reads.</summary>
    public string Lockdown { get; init; } = "[none] integrity confidentiality";

    /// <summary>What <c>numa_node</c> reads; -1 is what most instance types show.</summary>
    public int NumaNode { get; init; } = -1;
}
