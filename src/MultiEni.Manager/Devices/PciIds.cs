namespace MultiEni.Manager.Devices;

/// <summary>Vendor and device number of a PCI function, four lower-case hexadecimal digits each.</summary>
/// <param name="Vendor">Such as <c>1d0f</c> for Amazon.</param>
/// <param name="Device">Such as <c>ec20</c> for an elastic network adapter.</param>
internal readonly record struct PciIds(string Vendor, string Device)
{
    /// <summary>
    /// The elastic network adapters that DPDK's driver knows (docs/reference/driver-binding.md#ena-devices). EFA shares the vendor and is not one of
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
