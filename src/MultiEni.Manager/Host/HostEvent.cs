namespace MultiEni.Manager.Host;

/// <summary>Something changed on the host.</summary>
/// <param name="Action"><c>add</c>, <c>remove</c>, <c>bind</c>, <c>unbind</c>, <c>change</c> or <c>move</c>, as in a kernel uevent.</param>
/// <param name="Subsystem"><c>pci</c>, <c>net</c>, or <c>route</c> for a route other than a default route.</param>
/// <param name="Subject">The PCI address or the interface name concerned.</param>
internal sealed record HostEvent(string Action, string Subsystem, string Subject)
{
    /// <summary>A PCI device.</summary>
    public const string Pci = "pci";

    /// <summary>A link, an address of it, or a default route over it.</summary>
    public const string Net = "net";

    /// <summary>Another route over a link.</summary>
    public const string Route = "route";
}
