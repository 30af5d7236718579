using MultiEni.Api.Kubernetes;
using MultiEni.Simulator.Nodes.Kubelets;
using MultiEni.Simulator.Nodes.Kubelets.Claims;

namespace MultiEni.Simulator.Nodes.Cluster;

/// <summary>A pod on its node.</summary>
internal sealed class RunningPod(ClusterObject manifest)
{
    internal ObjectKey Key { get; } = manifest.Key;

    internal string Uid => manifest.Uid;

    /// <summary>As it was bound.</summary>
    internal ClusterObject Manifest => manifest;

    /// <summary>PCI addresses by resource.</summary>
    internal SortedDictionary<string, IReadOnlyList<string>> Devices { get; } = new(StringComparer.Ordinal);

    /// <summary>
    /// What the plugins that registered at the kubelet's socket gave, by resource.
    /// </summary>
    internal Dictionary<string, KubeletAllocation> Grants { get; } = new(StringComparer.Ordinal);

    /// <summary>Devices of its claims; null before they are prepared.</summary>
    internal IReadOnlyList<GrantedDevice>? Claimed { get; set; }

    /// <summary>What its claims do to its containers.</summary>
    internal ContainerEdits? Edits { get; set; }

    /// <summary>PCI addresses of the devices of its claims.</summary>
    internal IReadOnlyList<string> ClaimedAddresses { get; set; } = [];

    /// <summary>Its devices are chosen and a plugin has yet to answer for them.</summary>
    internal bool Allocating { get; set; }

    /// <summary>The vfio devices that its program has open.</summary>
    internal List<IDisposable> Holds { get; } = [];

    internal bool Stopping { get; set; }

    internal void LetGo()
    {
        Holds.ForEach(hold => hold.Dispose());
        Holds.Clear();
    }
}
