namespace MultiEni.Simulator.Nodes;

/// <summary>A PCI device as the kernel keeps it. Guarded by its host's lock.</summary>
internal sealed class PciDevice(string address, string vendor, string deviceId, string deviceClass)
{
    internal string Address { get; set; } = address;

    internal string Vendor { get; } = vendor;

    internal string DeviceId { get; } = deviceId;

    internal string Class { get; } = deviceClass;

    internal string? MacAddress { get; init; }

    internal IReadOnlyList<string> PrivateAddresses { get; init; } = [];

    internal bool IsPrimary { get; init; }

    /// <summary>What the driver link says. Gone as soon as an unbind begins.</summary>
    internal string? DriverLink { get; set; }

    /// <summary>What the uevent file says. Stays until an unbind is over.</summary>
    internal string? Driver { get; set; }

    internal string? Override { get; set; }

    internal int? IommuGroup { get; set; }

    /// <summary>The group was made by no-IOMMU mode and goes with the binding.</summary>
    internal bool HasFakeGroup { get; set; }

    internal int? UioNumber { get; set; }

    internal int? LinkIndex { get; set; }

    internal bool InPodNamespace { get; set; }

    /// <summary>What its kernel driver counts; begins anew with each bind.</summary>
    internal Dictionary<string, ulong> Counters { get; } = new(StringComparer.Ordinal);

    internal DeviceHold? Hold { get; set; }

    /// <summary>
    /// An unbind or removal that waits for the holder. Meanwhile the device's lock is taken.
    /// </summary>
    internal DriverRelease? Release { get; set; }

    /// <summary>
    /// Counts bindings, so that a delayed consequence of an earlier one is recognised.
    /// </summary>
    internal int Bindings { get; set; }

    internal string ModelAlias => $"pci:v0000{Vendor.ToUpperInvariant()}d0000{DeviceId.ToUpperInvariant()}";
}
