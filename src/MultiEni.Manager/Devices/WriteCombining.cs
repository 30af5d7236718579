using MultiEni.Api.NodeEnis;

namespace MultiEni.Manager.Devices;

/// <summary>
/// Whether a DPDK application can have the device's memory mapped write-combining, without which ENAs of the sixth instance generation
/// and later are slow. The kernel shows no such thing before an application runs; what the drivers are is all that can be told
/// (docs/reference/driver-binding.md#iommu-and-write-combining).
/// </summary>
internal static class WriteCombining
{
    /// <summary>The driver can do it when it was loaded with <c>wc_activate=1</c>, which it does not let anybody read back.</summary>
    public const string IgbUio = "igb_uio";

    /// <summary>vfio-pci is not the kernel's own build, as one patched for write combining is.</summary>
    public const string Patched = "patched";

    /// <summary>vfio-pci is the kernel's own, which does not do it.</summary>
    public const string Missing = "none";

    /// <summary>It cannot be told.</summary>
    public const string Unknown = "unknown";

    /// <summary>What can be told of a driver.</summary>
    /// <param name="driver">The driver that holds the device.</param>
    /// <param name="vfioTaint">Text of <c>/sys/module/vfio_pci/taint</c>; null where the kernel does not show it, as for a built-in driver.</param>
    public static string Of(string? driver, string? vfioTaint) =>
        driver switch
        {
            DpdkDrivers.IgbUio => IgbUio,
            DpdkDrivers.VfioPci when vfioTaint is null => Unknown,
            // O: built outside of the kernel's tree (Documentation/admin-guide/tainted-kernels.rst).
            DpdkDrivers.VfioPci => vfioTaint.Contains('O', StringComparison.Ordinal) ? Patched : Missing,
            _ => Unknown,
        };
}
