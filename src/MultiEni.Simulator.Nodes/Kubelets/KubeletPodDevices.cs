namespace MultiEni.Simulator.Nodes.Kubelets;

/// <summary>Devices of one resource that a container has.</summary>
/// <param name="Namespace">Namespace of the pod.</param>
/// <param name="Pod">Name of the pod.</param>
/// <param name="Container">Name of the container.</param>
/// <param name="Resource">The resource.</param>
/// <param name="Devices">Ids of the devices.</param>
public sealed record KubeletPodDevices(string Namespace, string Pod, string Container, string Resource, IReadOnlyList<string> Devices);
