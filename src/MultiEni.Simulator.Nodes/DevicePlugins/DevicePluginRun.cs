namespace MultiEni.Simulator.Nodes.DevicePlugins;

/// <summary>What becomes of one start of the device plugin.</summary>
public abstract record DevicePluginRun
{
    private DevicePluginRun(IReadOnlyList<string> log) => Log = log;

    /// <summary>What it logged.</summary>
    public IReadOnlyList<string> Log { get; }

    /// <summary>The process ended; kubelet starts it again with a growing pause.</summary>
    public sealed record Crashed(IReadOnlyList<string> Lines, int ExitCode) : DevicePluginRun(Lines);

    /// <summary>
    /// It serves these resources, and knows nothing of later changes to file or devices.
    /// </summary>
    /// <param name="Lines">The log.</param>
    /// <param name="Devices">PCI addresses by full resource name.</param>
    public sealed record Serving(IReadOnlyList<string> Lines, IReadOnlyDictionary<string, IReadOnlyList<string>> Devices) : DevicePluginRun(Lines);
}
