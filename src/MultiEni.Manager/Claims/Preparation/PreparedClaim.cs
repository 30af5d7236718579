using System.Text.Json.Serialization;
using MultiEni.Api.NodeEnis;
using MultiEni.Api.ResourceClaims;
using MultiEni.Manager.Claims.Slices;
using MultiEni.Manager.Host;

namespace MultiEni.Manager.Claims.Preparation;

/// <summary>A claim that is prepared, or on its way there or back, as it is on disk.</summary>
/// <remarks>A wire type: setters, see <c>ObjectMeta</c>.</remarks>
internal sealed record PreparedClaim
{
    /// <summary>Namespace of the claim.</summary>
    public string Namespace { get; set; } = "";

    /// <summary>Name of the claim.</summary>
    public string Name { get; set; } = "";

    /// <summary>Identity of the claim.</summary>
    public string Uid { get; set; } = "";

    /// <summary>What the pod calls it, of a claim made from a template; otherwise null.</summary>
    public string? PodClaimName { get; set; }

    /// <summary>
    /// The boot in which this holds: after a reboot nothing is prepared any more.
    /// </summary>
    public string BootId { get; set; } = "";

    /// <summary>How far it has come.</summary>
    public ClaimPhase Phase { get; set; }

    /// <summary>Its devices.</summary>
    public List<PreparedClaimDevice> Devices { get; set; } = [];

    /// <summary>The claim's requests, in the order of their names.</summary>
    [JsonIgnore]
    public IEnumerable<string> Requests =>
        Devices.SelectMany(device => device.Requests).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    /// <summary>
    /// The device that it has for itself, by the device's name or because another one was plugged
    /// into its place: containers of the claim's pods may open whatever is there. Null when it has
    /// neither.
    /// </summary>
    public PreparedClaimDevice? Holds(string device, string pciAddress) =>
        Devices.Find(held => !held.IsAdminAccess && (held.Device == device || held.PciAddress == pciAddress));

    /// <summary><c>namespace/name</c>, as messages have it.</summary>
    public override string ToString() => $"{Namespace}/{Name}";
}

/// <summary>A device of a prepared claim.</summary>
/// <remarks>A wire type: setters, see <c>ObjectMeta</c>.</remarks>
internal sealed record PreparedClaimDevice
{
    /// <summary>The claim's requests that it stands for.</summary>
    public List<string> Requests { get; set; } = [];

    /// <summary>The pool of its slice.</summary>
    public string Pool { get; set; } = "";

    /// <summary>Its name in the slice.</summary>
    public string Device { get; set; } = "";

    /// <summary>PCI address.</summary>
    public string PciAddress { get; set; } = "";

    /// <summary><c>vendor:device</c>.</summary>
    public string Ids { get; set; } = "";

    /// <summary>
    /// The resource under which it is offered, which names the variable with its address.
    /// </summary>
    public string Resource { get; set; } = "";

    /// <summary>One of <see cref="ClaimModes"/>.</summary>
    public string Mode { get; set; } = ClaimModes.Kernel;

    /// <summary>The driver that has it while the claim has it.</summary>
    public string Driver { get; set; } = "";

    /// <summary>Whether the claim makes its driver, and its end takes it away again.</summary>
    public bool IsBoundForClaim { get; set; }

    /// <summary>
    /// Whether others may have it at the same time, because this claim only looks at it.
    /// </summary>
    public bool IsAdminAccess { get; set; }

    /// <summary>The ENI.</summary>
    public EniFacts Eni { get; set; } = new();

    /// <summary>What the kernel says of it.</summary>
    public HostFacts Host { get; set; } = new();

    /// <summary>
    /// Name of its interface in the host's network namespace; null while it has none there.
    /// </summary>
    public string? InterfaceName { get; set; }

    /// <summary>
    /// Device nodes that a container needs: on the host, and as the container sees it.
    /// </summary>
    public List<ClaimedNode> Nodes { get; set; } = [];

    /// <summary>
    /// Whether it is the device of an ENI; of one that nothing was known of, any may be.
    /// </summary>
    public bool IsOf(string eniId) => Eni.EniId.Length == 0 || Eni.EniId == eniId;

    /// <summary>Where it is.</summary>
    [JsonIgnore]
    public PciAddress Address => Manager.Host.PciAddress.Parse(PciAddress);

    /// <summary>Whether it has a user-space driver while the claim has it.</summary>
    [JsonIgnore]
    public bool IsHeldByDpdk => DpdkDrivers.Contains(Driver);
}

/// <summary>A device node of a prepared device.</summary>
/// <param name="HostPath">Where it is on the node.</param>
/// <param name="ContainerPath">Where the container sees it.</param>
internal sealed record ClaimedNode(string HostPath, string ContainerPath);

/// <summary>How far a claim has come when that was noted.</summary>
internal enum ClaimPhase
{
    /// <summary>About to be prepared: its devices may be changed, and files may be there.</summary>
    Preparing,

    /// <summary>Pods may start with it.</summary>
    Prepared,

    /// <summary>
    /// About to be let go: its devices may be changed back, and files may be gone.
    /// </summary>
    Unpreparing,
}
