using MultiEni.Manager.Host;

namespace MultiEni.Manager.Publishing;

/// <summary>What becomes of the device plugin's file.</summary>
internal abstract record PluginFileResult
{
    private PluginFileResult() { }

    /// <summary>It says already what it should.</summary>
    /// <param name="Conflicts">Devices that entries of others keep out.</param>
    public sealed record Unchanged(IReadOnlyDictionary<PciAddress, EntryConflict> Conflicts) : PluginFileResult;

    /// <summary>It has to be replaced by <paramref name="Text"/>.</summary>
    /// <param name="Text">The new file.</param>
    /// <param name="Conflicts">Devices that entries of others keep out.</param>
    public sealed record Changed(string Text, IReadOnlyDictionary<PciAddress, EntryConflict> Conflicts) : PluginFileResult;

    /// <summary>It cannot be merged with and stays as it is.</summary>
    public sealed record Invalid(string Message) : PluginFileResult;
}
