namespace MultiEni.Manager.Setup;

/// <summary>What came of an attempt to load a module.</summary>
internal abstract record ModuleLoad
{
    private ModuleLoad() { }

    /// <summary>The tool reported success.</summary>
    public sealed record Done : ModuleLoad;

    /// <summary>The tool failed.</summary>
    /// <param name="Output">What it said.</param>
    public sealed record Failed(string Output) : ModuleLoad;

    /// <summary>The kernel's modules are not where they must be.</summary>
    /// <param name="Folder">Where they were looked for.</param>
    public sealed record NoModules(string Folder) : ModuleLoad;

    /// <summary>There is no modprobe.</summary>
    public sealed record NoTool : ModuleLoad;

    /// <summary>It took too long.</summary>
    /// <param name="Limit">How long was waited.</param>
    public sealed record TooSlow(TimeSpan Limit) : ModuleLoad;
}
