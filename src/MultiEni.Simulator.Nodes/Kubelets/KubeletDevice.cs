namespace MultiEni.Simulator.Nodes.Kubelets;

/// <summary>A device as a plugin announces it.</summary>
/// <param name="Id">The plugin's name for it.</param>
/// <param name="Healthy">Whether pods may get it.</param>
/// <param name="NumaNodes">
/// NUMA nodes that it is near to; empty when the plugin says nothing.
/// </param>
public sealed record KubeletDevice(string Id, bool Healthy, IReadOnlyList<long> NumaNodes);
