namespace MultiEni.Manager.Publishing;

/// <summary>What becomes of the device plugin's file.</summary>
public abstract record PluginFileResult
{
    private PluginFileResult() { }

    /// <summary>It says already what it should.</summary>
    /// <param name="Conflicts">Resources that somebody else's entry uses; our devices are not offered under them.</param>
    public sealed record Unchanged(IReadOnlyList<string> Conflicts) : PluginFileResult;

    /// <summary>It has to be replaced by <paramref name="Text"/>.</summary>
    /// <param name="Text">The new file.</param>
    /// <param name="Conflicts">Resources that somebody else's entry uses; our devices are not offered under them.</param>
    public sealed record Changed(string Text, IReadOnlyList<string> Conflicts) : PluginFileResult;

    /// <summary>It cannot be merged with and stays as it is.</summary>
    public sealed record Invalid(string Message) : PluginFileResult;
}
