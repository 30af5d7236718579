namespace MultiEni.Manager.Kubelet.DevicePlugins;

/// <summary>What a container gets with its devices.</summary>
/// <param name="Environment">Environment variables.</param>
/// <param name="Nodes">Device nodes.</param>
internal sealed record ContainerGrant(IReadOnlyDictionary<string, string> Environment, IReadOnlyList<DeviceNode> Nodes);
