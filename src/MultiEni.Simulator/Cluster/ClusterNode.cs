using MultiEni.Simulator.Nodes;

namespace MultiEni.Simulator.Cluster;

/// <summary>A node as its kubelet keeps it.</summary>
internal sealed class ClusterNode(string name, SimulatedHost host, string pluginFile)
{
    internal string Name => name;

    internal SimulatedHost Host => host;

    /// <summary>Path on disk of the device plugin's file.</summary>
    internal string PluginFile => pluginFile;

    /// <summary>Devices that the running plugin offers, by resource.</summary>
    internal IReadOnlyDictionary<string, IReadOnlyList<string>> Offered { get; set; } =
        new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);

    /// <summary>Every resource that was ever registered since the node joined; those without devices now read 0.</summary>
    internal HashSet<string> EverOffered { get; } = new(StringComparer.Ordinal);

    /// <summary>Pods with containers on the node, by uid.</summary>
    internal Dictionary<string, RunningPod> Pods { get; } = new(StringComparer.Ordinal);

    internal PluginPod Plugin { get; } = new();
}
