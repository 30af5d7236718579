namespace MultiEni.Manager.Kubelet.PodResources;

/// <summary>A device that a container has, as the kubelet tells it.</summary>
/// <param name="Namespace">Namespace of the pod.</param>
/// <param name="Pod">Name of the pod.</param>
/// <param name="Container">Name of the container.</param>
/// <param name="Resource">The resource under which it was requested.</param>
/// <param name="DeviceId">The device; PCI address with ours and with the SR-IOV device plugin.</param>
internal sealed record HeldDevice(string Namespace, string Pod, string Container, string Resource, string DeviceId);
