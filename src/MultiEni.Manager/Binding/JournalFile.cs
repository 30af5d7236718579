namespace MultiEni.Manager.Binding;

/// <summary>The journal as stored.</summary>
internal sealed record JournalFile
{
    /// <summary>Form of the file.</summary>
    public int Version { get; set; } = 1;

    /// <summary>Entries, sorted by PCI address.</summary>
    public List<JournalEntry> Devices { get; set; } = [];
}
