namespace MultiEni.Simulator.Cluster;

/// <summary>The device plugin's pod of one node.</summary>
internal sealed class PluginPod
{
    internal string? Name { get; set; }

    internal string? Uid { get; set; }

    internal int Restarts { get; set; }

    /// <summary>Counts pods and starts, so that a timer of an earlier one is recognised.</summary>
    internal int Generation { get; set; }

    /// <summary>Makes names of pods unique.</summary>
    internal int Made { get; set; }

    internal IReadOnlyList<string> Log { get; set; } = [];
}
