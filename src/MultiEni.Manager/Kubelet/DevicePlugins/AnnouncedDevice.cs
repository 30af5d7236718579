namespace MultiEni.Manager.Kubelet.DevicePlugins;

/// <summary>A device as the kubelet is told of it.</summary>
/// <param name="Id">Its PCI address, under which Multus finds it.</param>
/// <param name="Healthy">Whether pods may get it.</param>
/// <param name="NumaNode">The NUMA node that it is near to, or null.</param>
internal sealed record AnnouncedDevice(string Id, bool Healthy, int? NumaNode);
