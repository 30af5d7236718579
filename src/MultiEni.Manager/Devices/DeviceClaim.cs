namespace MultiEni.Manager.Devices;

/// <summary>What is known of an ENI for finding its device.</summary>
internal sealed record DeviceClaim
{
    /// <summary>Name of the attachment.</summary>
    public required string Attachment { get; init; }

    /// <summary>The ENI.</summary>
    public string EniId { get; init; } = "";

    /// <summary>The ENI's hardware address; null while it is not known.</summary>
    public MacAddress? Mac { get; init; }

    /// <summary>The address that the user says the device has.</summary>
    public PciAddress? GivenAddress { get; init; }

    /// <summary>Where the journal of this boot says that the device is.</summary>
    public PciAddress? JournalAddress { get; init; }

    /// <summary>The driver to which it was handed, when the journal says that this was finished; otherwise null.</summary>
    public string? JournalDriver { get; init; }

    /// <summary>Where this agent last reported the device in this boot.</summary>
    public PciAddress? ReportedAddress { get; init; }

    /// <summary>The driver that held it then; null when none did.</summary>
    public string? ReportedDriver { get; init; }

    /// <summary>Device index on the instance; null while it is not known.</summary>
    public int? DeviceIndex { get; init; }

    /// <summary>
    /// Whether the hardware address has stayed invisible for so long that the device cannot merely be late: only then do the devices
    /// without an interface count as candidates.
    /// </summary>
    public bool MayEliminate { get; init; }
}
