using System.Text.Json.Serialization;
using MultiEni.Api.NodeEnis;

namespace MultiEni.Api.EniAttachments;

/// <summary>
/// The resolved NodeENI spec for one ENI. Security groups, description, tags, source/destination
/// check, delete-on-termination, adoption, connection tracking, ENA Express, MTU, the DPDK fields and the retained ENI are mutable, and
/// address counts can be increased; all other fields are immutable, and changing them replaces the attachment.
/// </summary>
public sealed record EniAttachmentSpec
{
    /// <summary>The NodeENI that the attachment belongs to.</summary>
    [JsonPropertyName("nodeENIRef")]
    public NodeEniReference NodeEniRef { get; set; } = new();

    /// <summary>The node that gets the ENI.</summary>
    public string NodeName { get; set; } = "";

    /// <summary>EC2 instance of the node.</summary>
    [JsonPropertyName("instanceID")]
    public string InstanceId { get; set; } = "";

    /// <summary>
    /// Identifies this ENI among those of one NodeENI on one instance: the subnet's ID, or
    /// <c>most-free</c>.
    /// </summary>
    public string Slot { get; set; } = "";

    /// <summary>Subnet of the ENI.</summary>
    [JsonPropertyName("subnetID")]
    public string SubnetId { get; set; } = "";

    /// <summary>Security groups of the ENI, sorted.</summary>
    [JsonPropertyName("securityGroupIDs")]
    public List<string> SecurityGroupIds { get; set; } = [];

    /// <summary>
    /// Preferred device index; if it is in use, the next free one above it is used.
    /// </summary>
    public int DeviceIndex { get; set; } = 1;

    /// <summary>Network card to use.</summary>
    public int NetworkCardIndex { get; set; }

    /// <summary>Whether EC2 deletes the ENI together with the instance.</summary>
    public bool DeleteOnTermination { get; set; } = true;

    /// <summary>
    /// Whether an ENI that the launch template attached is used instead of a new one. What happens
    /// to an ENI that was adopted depends on <see cref="NetworkStatus.Adopted"/>, not on this.
    /// </summary>
    public bool Adopt { get; set; }

    /// <summary>Description shown in the EC2 console.</summary>
    public string? Description { get; set; }

    /// <summary>The user's tags.</summary>
    public Dictionary<string, string>? Tags { get; set; }

    /// <summary>
    /// Whether EC2 drops packets that are not to or from the ENI's own addresses.
    /// </summary>
    public bool SourceDestCheck { get; set; } = true;

    /// <summary>Number of secondary private IPv4 addresses.</summary>
    [JsonPropertyName("secondaryPrivateIPCount")]
    public int SecondaryPrivateIpCount { get; set; }

    /// <summary>Number of /28 IPv4 prefixes.</summary>
    public int Ipv4PrefixCount { get; set; }

    /// <summary>Number of IPv6 addresses.</summary>
    public int Ipv6AddressCount { get; set; }

    /// <summary>Number of /80 IPv6 prefixes.</summary>
    public int Ipv6PrefixCount { get; set; }

    /// <summary>
    /// Whether the first IPv6 address is fixed as the primary one; EC2 cannot switch it off again.
    /// </summary>
    [JsonPropertyName("enablePrimaryIPv6")]
    public bool EnablePrimaryIpv6 { get; set; }

    /// <summary>Primary address; null lets EC2 choose.</summary>
    [JsonPropertyName("privateIPAddress")]
    public string? PrivateIpAddress { get; set; }

    /// <summary>
    /// The retained ENI that is taken instead of creating one, if it still exists and nobody uses
    /// it; null for none.
    /// </summary>
    [JsonPropertyName("retainedENI")]
    public string? RetainedEni { get; set; }

    /// <summary>Its Elastic IP; null if it never had one.</summary>
    [JsonPropertyName("elasticIP")]
    public ElasticIpSpec? ElasticIp { get; set; }

    /// <summary>How pods get addresses beyond those counts; null for not at all.</summary>
    public PodAddressesSpec? PodAddresses { get; set; }

    /// <summary>One of <see cref="HostAddressings"/>; null for none.</summary>
    public string? HostAddressing { get; set; }

    /// <summary>
    /// Timeouts of EC2's connection tracking. One can be changed and not be taken away.
    /// </summary>
    public ConnectionTrackingSpec? ConnectionTracking { get; set; }

    /// <summary>ENA Express; null leaves it as EC2 has it.</summary>
    public EnaExpressSpec? EnaExpress { get; set; }

    /// <summary>ENA queues of the attachment; null for EC2's default.</summary>
    public int? EnaQueueCount { get; set; }

    /// <summary>MTU in bytes; 0 keeps the kernel's default.</summary>
    public int Mtu { get; set; }

    /// <summary>How the node configures the device.</summary>
    public DeviceSpec Device { get; set; } = new();
}

/// <summary>How the ENI manager configures the device.</summary>
public sealed record DeviceSpec
{
    /// <summary>One of <see cref="DeviceUses"/>.</summary>
    public string Use { get; set; } = DeviceUses.Plain;

    /// <summary>
    /// Driver to bind: now when <see cref="Use"/> is <see cref="DeviceUses.Bound"/>, and when a
    /// claim asks for it when it is <see cref="DeviceUses.Advertised"/>.
    /// </summary>
    public string? Driver { get; set; }

    /// <summary>
    /// The driver to bind while a claim asks for DPDK (<c>dpdkBinding: WhenClaimed</c>); null if the
    /// device is always bound, or never.
    /// </summary>
    [JsonIgnore]
    public string? ClaimDriver => Use == DeviceUses.Advertised && !string.IsNullOrEmpty(Driver) ? Driver : null;

    /// <summary>
    /// The resource that pods request; if null and the device is advertised, derived from the
    /// actual device index.
    /// </summary>
    public string? ResourceName { get; set; }

    /// <summary>The device's PCI address as specified by the user; always verified.</summary>
    [JsonPropertyName("pciAddress")]
    public string? PciAddress { get; set; }

    /// <summary>Derives the use from the DPDK fields that are set in the NodeENI.</summary>
    public static DeviceSpec From(NodeEniSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var named = !string.IsNullOrEmpty(spec.DpdkResourceName) || !string.IsNullOrEmpty(spec.DpdkPciAddress);
        return new DeviceSpec
        {
            Use =
                spec is { EnableDpdk: true, DpdkBinding: not DpdkBindings.WhenClaimed } ? DeviceUses.Bound
                : spec.EnableDpdk || named ? DeviceUses.Advertised
                : DeviceUses.Plain,
            Driver = spec.EnableDpdk ? spec.DpdkDriver : null,
            ResourceName = string.IsNullOrEmpty(spec.DpdkResourceName) ? null : spec.DpdkResourceName,
            PciAddress = string.IsNullOrEmpty(spec.DpdkPciAddress) ? null : spec.DpdkPciAddress,
        };
    }
}

/// <summary>References the NodeENI of an attachment.</summary>
public sealed record NodeEniReference
{
    /// <summary>Its name.</summary>
    public string Name { get; set; } = "";

    /// <summary>
    /// Its identity: a NodeENI that was deleted and created again is another one.
    /// </summary>
    public string Uid { get; set; } = "";
}
