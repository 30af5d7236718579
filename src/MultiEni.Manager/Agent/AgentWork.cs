namespace MultiEni.Manager.Agent;

/// <summary>Something to look at.</summary>
/// <param name="Kind">What kind of thing.</param>
/// <param name="Name">Name of the attachment, PCI address of the orphan, or empty.</param>
internal readonly record struct AgentWork(AgentWorkKind Kind, string Name)
{
    /// <summary>Look for devices that no attachment asks for any more.</summary>
    public static AgentWork Sweep { get; } = new(AgentWorkKind.Sweep, "");

    /// <summary>Look at an attachment.</summary>
    public static AgentWork Attachment(string name) => new(AgentWorkKind.Attachment, name);

    /// <summary>Give back a device that no attachment asks for.</summary>
    public static AgentWork Orphan(string pciAddress) => new(AgentWorkKind.Orphan, pciAddress);
}
