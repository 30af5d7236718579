using System.Text.Json;
using System.Text.Json.Serialization;
using MultiEni.Api.Kubernetes;

namespace MultiEni.Api.ResourceClaims;

/// <summary>
/// A claim of devices, cut down to what the driver reads and writes: what was allocated, for whom,
/// and what it says of its devices.
/// </summary>
public sealed record ResourceClaim : IKubernetesObject
{
    /// <inheritdoc />
    public string? ApiVersion { get; set; }

    /// <inheritdoc />
    public string? Kind { get; set; }

    /// <inheritdoc />
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>What is the case; null before a scheduler has looked at the claim.</summary>
    public ResourceClaimStatus? Status { get; set; }
}

/// <summary>The state of a claim.</summary>
public sealed record ResourceClaimStatus
{
    /// <summary>What it got; null while it has nothing.</summary>
    public ClaimAllocation? Allocation { get; set; }

    /// <summary>Who may use it: pods, by name.</summary>
    public List<ClaimConsumer>? ReservedFor { get; set; }

    /// <summary>What drivers say of the allocated devices; each writes of its own ones.</summary>
    public List<AllocatedDeviceStatus>? Devices { get; set; }
}

/// <summary>What a claim got.</summary>
public sealed record ClaimAllocation
{
    /// <summary>Devices and what is to be known about them.</summary>
    public DeviceAllocation Devices { get; set; } = new();

    /// <summary>When it got them; null on servers that do not say.</summary>
    public DateTimeOffset? AllocationTimestamp { get; set; }
}

/// <summary>Allocated devices.</summary>
public sealed record DeviceAllocation
{
    /// <summary>One for each device, of any driver.</summary>
    public List<AllocatedDevice>? Results { get; set; }

    /// <summary>
    /// What class and claim say to drivers: that of the classes before that of the claim, and what
    /// comes later wins.
    /// </summary>
    public List<AllocationConfig>? Config { get; set; }
}

/// <summary>An allocated device.</summary>
public sealed record AllocatedDevice
{
    /// <summary>
    /// The request that it satisfies; of one with alternatives <c>request/subrequest</c>.
    /// </summary>
    public string Request { get; set; } = "";

    /// <summary>Whose device it is.</summary>
    public string Driver { get; set; } = "";

    /// <summary>Its pool.</summary>
    public string Pool { get; set; } = "";

    /// <summary>Its name in the pool.</summary>
    public string Device { get; set; } = "";

    /// <summary>
    /// True for access that looks at a device which others may have at the same time.
    /// </summary>
    public bool? AdminAccess { get; set; }

    /// <summary>
    /// The request without the part after the slash, which is how the kubelet knows it.
    /// </summary>
    [JsonIgnore]
    public string MainRequest => Request.IndexOf('/') is >= 0 and var slash ? Request[..slash] : Request;
}

/// <summary>Something that class or claim say to a driver.</summary>
public sealed record AllocationConfig
{
    /// <summary><c>FromClass</c> or <c>FromClaim</c>.</summary>
    public string Source { get; set; } = "";

    /// <summary>
    /// The requests that it is about, also <c>request/subrequest</c>; none for all.
    /// </summary>
    public List<string>? Requests { get; set; }

    /// <summary>What is said, in the driver's own form.</summary>
    public OpaqueConfig? Opaque { get; set; }
}

/// <summary>What is said to one driver, in a form that only the driver knows.</summary>
public sealed record OpaqueConfig
{
    /// <summary>The driver.</summary>
    public string Driver { get; set; } = "";

    /// <summary>An object with apiVersion and kind, of at most 10 KiB.</summary>
    public JsonElement? Parameters { get; set; }
}

/// <summary>Somebody for whom a claim is reserved.</summary>
/// <param name="Resource"><c>pods</c>.</param>
/// <param name="Name">Name.</param>
/// <param name="Uid">Identity.</param>
public sealed record ClaimConsumer(string Resource, string Name, string Uid);

/// <summary>
/// What a driver says of an allocated device. Driver, pool and device are the key.
/// </summary>
public sealed record AllocatedDeviceStatus
{
    /// <summary>The driver.</summary>
    public string Driver { get; set; } = "";

    /// <summary>The pool.</summary>
    public string Pool { get; set; } = "";

    /// <summary>The device's name in the pool.</summary>
    public string Device { get; set; } = "";

    /// <summary>How the device is reached over the network.</summary>
    public NetworkDeviceData? NetworkData { get; set; }
}

/// <summary>How a device is reached over the network.</summary>
public sealed record NetworkDeviceData
{
    /// <summary>
    /// Name of its interface; null while it has none, as of a device with a DPDK driver.
    /// </summary>
    public string? InterfaceName { get; set; }

    /// <summary>
    /// Its addresses, at most 16, each with the length of its subnet's prefix, as
    /// <c>10.0.1.6/24</c>.
    /// </summary>
    public List<string>? Ips { get; set; }

    /// <summary>Its hardware address.</summary>
    public string? HardwareAddress { get; set; }
}
