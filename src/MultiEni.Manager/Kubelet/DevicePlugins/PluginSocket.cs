namespace MultiEni.Manager.Kubelet.DevicePlugins;

/// <summary>A plugin with its socket and what is known of its registration. Used by <see cref="PluginRegistry"/> under its turn.</summary>
internal sealed class PluginSocket(ResourcePlugin plugin, string path)
{
    public ResourcePlugin Plugin => plugin;

    public string Path => path;

    /// <summary>The open socket; null when it has yet to be opened.</summary>
    public IAsyncDisposable? Listener { get; set; }

    /// <summary>When the present kubelet took the registration; null when it has not.</summary>
    public long? RegisteredAt { get; set; }

    /// <summary>What went wrong last; null when nothing did.</summary>
    public string? Problem { get; set; }
}
