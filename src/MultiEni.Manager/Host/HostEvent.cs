namespace MultiEni.Manager.Host;

/// <summary>Something changed on the host.</summary>
/// <param name="Action"><c>add</c>, <c>remove</c>, <c>bind</c>, <c>unbind</c>, <c>change</c> or <c>move</c>, as in a kernel uevent.</param>
/// <param name="Subsystem"><c>pci</c> or <c>net</c>.</param>
/// <param name="Subject">The PCI address or the interface name concerned.</param>
public sealed record HostEvent(string Action, string Subsystem, string Subject);
