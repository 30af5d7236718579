namespace MultiEni.Simulator.Nodes;

/// <summary>What the kernel announces, in the shape of the wire protocol.</summary>
/// <param name="Action">
/// <c>add</c>, <c>remove</c>, <c>bind</c>, <c>unbind</c>, <c>change</c>.
/// </param>
/// <param name="Subsystem"><c>pci</c> or <c>net</c>.</param>
/// <param name="Subject">PCI address or interface name.</param>
public sealed record KernelEvent(string Action, string Subsystem, string Subject);
