using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Cluster;

/// <summary>A pod on its node.</summary>
internal sealed class RunningPod(string podNamespace, string name, string uid, JsonObject manifest)
{
    internal string Namespace => podNamespace;

    internal string Name => name;

    internal string Uid => uid;

    /// <summary>As it was bound.</summary>
    internal JsonObject Manifest => manifest;

    /// <summary>PCI addresses by resource.</summary>
    internal SortedDictionary<string, IReadOnlyList<string>> Devices { get; } = new(StringComparer.Ordinal);

    /// <summary>The vfio devices that its program has open.</summary>
    internal List<IDisposable> Holds { get; } = [];

    internal bool Stopping { get; set; }

    internal void LetGo()
    {
        Holds.ForEach(hold => hold.Dispose());
        Holds.Clear();
    }
}
