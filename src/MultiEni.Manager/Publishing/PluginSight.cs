namespace MultiEni.Manager.Publishing;

/// <summary>What was last seen of the SR-IOV device plugin on the node.</summary>
internal abstract record PluginSight
{
    private PluginSight() { }

    /// <summary>Its pod runs and reads the file, as far as is known.</summary>
    public sealed record Present : PluginSight;

    /// <summary>No pod of it is on the node.</summary>
    public sealed record Missing : PluginSight;

    /// <summary>Its pod reads something else.</summary>
    /// <param name="What">Which pod, and what it reads.</param>
    public sealed record ReadsElsewhere(string What) : PluginSight;
}
