namespace MultiEni.Simulator.Ec2;

/// <summary>
/// One row of <c>DescribeNetworkInterfaces</c>. Immutable: a change is a new row.
/// </summary>
/// <param name="PrivateIps">IPv4 addresses, the primary first.</param>
public sealed record NetworkInterface(
    string Id,
    string MacAddress,
    string SubnetId,
    string VpcId,
    string AvailabilityZone,
    IReadOnlyList<string> PrivateIps
)
{
    /// <summary>The primary IPv4 address; null in a subnet with IPv6 only.</summary>
    public string? PrimaryIp => PrivateIps is [var primary, ..] ? primary : null;

    /// <summary>Free text given at creation.</summary>
    public string Description { get; init; } = "";

    /// <summary><c>interface</c>, <c>efa</c>, <c>efa-only</c> or <c>trunk</c>.</summary>
    public string InterfaceType { get; init; } = "interface";

    /// <summary>Security group IDs in the order given.</summary>
    public IReadOnlyList<string> GroupIds { get; init; } = [];

    /// <summary>IPv4 prefixes of 16 addresses, as CIDR.</summary>
    public IReadOnlyList<string> Ipv4Prefixes { get; init; } = [];

    /// <summary>IPv6 addresses.</summary>
    public IReadOnlyList<string> Ipv6Addresses { get; init; } = [];

    /// <summary>
    /// The IPv6 address that is fixed as the primary one until a detach; null for none
    /// (docs/reference/ec2.md#addresses-of-an-eni).
    /// </summary>
    public string? PrimaryIpv6 { get; init; }

    /// <summary>IPv6 /80 prefixes, as CIDR.</summary>
    public IReadOnlyList<string> Ipv6Prefixes { get; init; } = [];

    /// <summary>
    /// Whether traffic must have this interface as source or destination. True on every new one: it
    /// cannot be set at creation (docs/reference/ec2.md#parameters).
    /// </summary>
    public bool SourceDestCheck { get; init; } = true;

    /// <summary>The timeouts of connection tracking that were set; null for none.</summary>
    public ConnectionTracking? ConnectionTracking { get; init; }

    /// <summary>Tags; at most fifty.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Status of the interface itself.</summary>
    public NetworkInterfaceStatus Status { get; init; } = NetworkInterfaceStatus.Pending;

    /// <summary>Null when it is in no instance.</summary>
    public Attachment? Attachment { get; init; }
}
