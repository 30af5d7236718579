namespace MultiEni.Manager.Publishing;

/// <summary>What this program remembers beside the device plugin's file: which entries are its own, and whether the plugin has read them.</summary>
internal sealed record PublisherRecord
{
    /// <summary>The boot in which the offers hold.</summary>
    public string BootId { get; set; } = "";

    /// <summary>Resources whose entries in the file are ours.</summary>
    public List<string> Owned { get; set; } = [];

    /// <summary>Devices on offer.</summary>
    public List<PublisherRecordDevice> Offered { get; set; } = [];

    /// <summary>Devices taken back, until the node's allocatable has followed.</summary>
    public List<PublisherRecordDevice> Withdrawn { get; set; } = [];

    /// <summary>When the file's meaning last changed without the plugin having been restarted since; null when it has.</summary>
    public DateTimeOffset? RestartDueSince { get; set; }
}
