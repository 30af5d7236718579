namespace MultiEni.Simulator.Nodes.Kubelets;

/// <summary>A device node that a container gets.</summary>
/// <param name="HostPath">Where it is on the node.</param>
/// <param name="ContainerPath">Where the container sees it.</param>
/// <param name="Permissions">Letters of <c>rwm</c>.</param>
public sealed record KubeletDeviceNode(string HostPath, string ContainerPath, string Permissions);
