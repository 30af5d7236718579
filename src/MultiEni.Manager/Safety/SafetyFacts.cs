using MultiEni.Manager.Devices;

namespace MultiEni.Manager.Safety;

/// <summary>What the safety rules judge. All of it was read just before.</summary>
internal sealed record SafetyFacts
{
    /// <summary>The device about to be changed.</summary>
    public required PciDevice Device { get; init; }

    /// <summary>What the host shows.</summary>
    public required HostObservation Host { get; init; }

    /// <summary>Whether the attachment names this node and an ENI that EC2 says is attached (S3).</summary>
    public required bool IsOurs { get; init; }

    /// <summary>Device index and network card of the ENI; null while unknown.</summary>
    public (int Index, int Card)? Slot { get; init; }

    /// <summary>Addresses and prefixes that EC2 lists for the ENI.</summary>
    public IReadOnlyList<string> AssignedAddresses { get; init; } = [];

    /// <summary>The node's own InternalIP addresses; null while the node object is not known.</summary>
    public IReadOnlyList<string>? NodeAddresses { get; init; }

    /// <summary>Drivers of the devices in the same IOMMU group, by PCI address; null for none. Empty without a group.</summary>
    public IReadOnlyDictionary<string, string?> GroupDrivers { get; init; } = new Dictionary<string, string?>(StringComparer.Ordinal);

    /// <summary>Why the node is about to go away; null when it stays (S9).</summary>
    public string? NodeIsLeaving { get; init; }

    /// <summary>Another device of this node that no driver holds because a change went wrong (S13).</summary>
    public PciAddress? DriverlessElsewhere { get; init; }
}
