using System.Text.Json.Serialization;

namespace MultiEni.Manager.Binding;

/// <summary>The journal as stored.</summary>
internal sealed record JournalFile
{
    /// <summary>Form of the file.</summary>
    public int Version { get; set; } = 1;

    /// <summary>Entries, sorted by PCI address.</summary>
    public List<JournalEntry> Devices { get; set; } = [];
}

/// <summary>
/// What this program changed on one device, and how it was before. Valid for one boot.
/// </summary>
/// <remarks>A wire type: setters, see <c>ObjectMeta</c>.</remarks>
internal sealed record JournalEntry
{
    /// <summary>The device.</summary>
    public string PciAddress { get; set; } = "";

    /// <summary>The ENI behind it.</summary>
    public string EniId { get; set; } = "";

    /// <summary>Its hardware address.</summary>
    public string MacAddress { get; set; } = "";

    /// <summary>Name of the attachment.</summary>
    public string Attachment { get; set; } = "";

    /// <summary>Vendor and device number, as <c>1d0f:ec20</c>.</summary>
    public string Ids { get; set; } = "";

    /// <summary>Interface name before; empty when unknown.</summary>
    public string InterfaceName { get; set; } = "";

    /// <summary>MTU before, in bytes; 0 when unknown.</summary>
    public int Mtu { get; set; }

    /// <summary>Whether the link was up before.</summary>
    public bool WasUp { get; set; }

    /// <summary>
    /// The links of the node's default routes before its own was taken down, such as <c>2,5</c>:
    /// they must be the same afterwards (S2). Null when that was not noted, which counts as a
    /// change.
    /// </summary>
    public string? DefaultLinks { get; set; }

    /// <summary>The driver that held it before; empty when none did or it is unknown.</summary>
    public string OriginalDriver { get; set; } = "";

    /// <summary>The driver it was to get.</summary>
    public string TargetDriver { get; set; } = "";

    /// <summary>
    /// Resource under which pods may have got it; empty when it was never offered. Written before
    /// the offer.
    /// </summary>
    public string ResourceName { get; set; } = "";

    /// <summary>The boot in which this holds.</summary>
    public string BootId { get; set; } = "";

    /// <summary>How far it had come.</summary>
    public JournalPhase Phase { get; set; }
}

/// <summary>
/// How far a change of driver had come when it was noted, always before the write that it
/// announces.
/// </summary>
internal enum JournalPhase
{
    /// <summary>About to take the device from its kernel driver.</summary>
    Unbinding,

    /// <summary>
    /// The kernel driver let go; about to hand the device to the user-space driver.
    /// </summary>
    Binding,

    /// <summary>The user-space driver holds it, verified.</summary>
    Bound,

    /// <summary>
    /// About to give the device back to its kernel driver, or to undo a failed bind.
    /// </summary>
    GivingBack,

    /// <summary>No driver holds it and putting the kernel driver back failed.</summary>
    Driverless,
}

/// <summary>How the journal is written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, WriteIndented = true)]
[JsonSerializable(typeof(JournalFile))]
internal sealed partial class JournalJson : JsonSerializerContext;
