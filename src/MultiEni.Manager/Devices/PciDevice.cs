using MultiEni.Api.NodeEnis;
using MultiEni.Manager.Host;

namespace MultiEni.Manager.Devices;

/// <summary>One PCI network function as sysfs shows it.</summary>
internal sealed record PciDevice
{
    /// <summary>Where it sits.</summary>
    public required PciAddress Address { get; init; }

    /// <summary>What it is.</summary>
    public required PciIds Ids { get; init; }

    /// <summary>
    /// PCI class without prefix, such as <c>020000</c> for an Ethernet controller.
    /// </summary>
    public string ClassCode { get; init; } = "020000";

    /// <summary>The driver that holds it; null when none does.</summary>
    public string? Driver { get; init; }

    /// <summary>
    /// Whether vfio-pci is letting it go and has not ended yet, because the card is taken away or
    /// somebody unbinds it: it waits for whoever has the device open.
    /// </summary>
    public bool IsLeavingVfio { get; init; }

    /// <summary>
    /// The only driver that may take it, when one was set; otherwise null. Looked up only where a
    /// decision needs it, since the kernel tells it under the device's lock: see
    /// <see cref="Binding.LockedFiles"/>.
    /// </summary>
    public string? DriverOverride { get; init; }

    /// <summary>
    /// Its network interface in the host's network namespace. Null although a kernel driver holds
    /// the device means that the interface is in another namespace, or that the driver's probe
    /// failed (docs/reference/driver-binding.md#network-namespaces).
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

/// <summary>
/// Vendor and device number of a PCI function, four lower-case hexadecimal digits each.
/// </summary>
/// <param name="Vendor">Such as <c>1d0f</c> for Amazon.</param>
/// <param name="Device">Such as <c>ec20</c> for an elastic network adapter.</param>
internal readonly record struct PciIds(string Vendor, string Device)
{
    /// <summary>
    /// The elastic network adapters that DPDK's driver knows
    /// (docs/reference/driver-binding.md#ena-devices). EFA shares the vendor and is not one of
    /// them.
    /// </summary>
    public static IReadOnlyList<PciIds> ElasticNetworkAdapters { get; } = [new("1d0f", "ec20"), new("1d0f", "ec21")];

    /// <summary>Reads <c>vendor:device</c>.</summary>
    /// <exception cref="FormatException">It is not of that form.</exception>
    public static PciIds Parse(string text)
    {
        var parts = text.Trim().ToLowerInvariant().Split(':');
        return parts is [{ Length: 4 } vendor, { Length: 4 } device] && vendor.All(char.IsAsciiHexDigit) && device.All(char.IsAsciiHexDigit)
            ? new PciIds(vendor, device)
            : throw new FormatException("vendor:device with four hexadecimal digits each, such as 1d0f:ec20");
    }

    /// <summary><c>vendor:device</c>.</summary>
    public override string ToString() => $"{Vendor}:{Device}";
}

/// <summary>
/// Whether a DPDK application can have the device's memory mapped write-combining, without which
/// ENAs of the sixth instance generation and later are slow. The kernel shows no such thing before
/// an application runs; what the drivers are is all that can be told
/// (docs/reference/driver-binding.md#iommu-and-write-combining).
/// </summary>
internal static class WriteCombining
{
    /// <summary>
    /// The driver can do it when it was loaded with <c>wc_activate=1</c>, which it does not let
    /// anybody read back.
    /// </summary>
    public const string IgbUio = "igb_uio";

    /// <summary>
    /// vfio-pci is not the kernel's own build, as one patched for write combining is.
    /// </summary>
    public const string Patched = "patched";

    /// <summary>vfio-pci is the kernel's own, which does not do it.</summary>
    public const string Missing = "none";

    /// <summary>It cannot be told.</summary>
    public const string Unknown = "unknown";

    /// <summary>What can be told of a driver.</summary>
    /// <param name="driver">The driver that holds the device.</param>
    /// <param name="vfioTaint">
    /// Text of <c>/sys/module/vfio_pci/taint</c>; null where the kernel does not show it, as for a
    /// built-in driver.
    /// </param>
    public static string Of(string? driver, string? vfioTaint) =>
        driver switch
        {
            DpdkDrivers.IgbUio => IgbUio,
            DpdkDrivers.VfioPci when vfioTaint is null => Unknown,
            // O: built outside of the kernel's tree
            // (Documentation/admin-guide/tainted-kernels.rst).
            DpdkDrivers.VfioPci => vfioTaint.Contains('O', StringComparison.Ordinal) ? Patched : Missing,
            _ => Unknown,
        };
}
