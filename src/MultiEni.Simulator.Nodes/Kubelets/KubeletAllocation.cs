namespace MultiEni.Simulator.Nodes.Kubelets;

/// <summary>What a plugin has the kubelet give to a container.</summary>
/// <param name="Environment">Environment variables.</param>
/// <param name="DeviceNodes">Device nodes.</param>
/// <param name="Mounts">Host path by container path.</param>
/// <param name="Annotations">Annotations for the container runtime.</param>
public sealed record KubeletAllocation(
    IReadOnlyDictionary<string, string> Environment,
    IReadOnlyList<KubeletDeviceNode> DeviceNodes,
    IReadOnlyDictionary<string, string> Mounts,
    IReadOnlyDictionary<string, string> Annotations
);
