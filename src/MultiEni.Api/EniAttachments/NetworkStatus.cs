using System.Text.Json.Serialization;

namespace MultiEni.Api.EniAttachments;

/// <summary>The ENI as EC2 knows it.</summary>
public sealed record NetworkStatus
{
    /// <summary>One of <see cref="EniState"/>.</summary>
    public string State { get; set; } = EniState.Pending;

    /// <summary>The ENI.</summary>
    [JsonPropertyName("eniID")]
    public string? EniId { get; set; }

    /// <summary>
    /// True for an ENI that was attached at launch and adopted: it is never detached or deleted.
    /// Null for one that the controller created.
    /// </summary>
    public bool? Adopted { get; set; }

    /// <summary>EC2's name of the connection between ENI and instance.</summary>
    [JsonPropertyName("attachmentID")]
    public string? AttachmentId { get; set; }

    /// <summary>MAC address, by which the node identifies the device.</summary>
    public string? MacAddress { get; set; }

    /// <summary>Private IPv4 addresses, the primary first.</summary>
    [JsonPropertyName("privateIPs")]
    public List<string>? PrivateIps { get; set; }

    /// <summary>Address of the associated Elastic IP.</summary>
    [JsonPropertyName("publicIP")]
    public string? PublicIp { get; set; }

    /// <summary>IPv6 addresses.</summary>
    [JsonPropertyName("ipv6Addresses")]
    public List<string>? Ipv6Addresses { get; set; }

    /// <summary>IPv4 and IPv6 prefixes.</summary>
    public List<string>? Prefixes { get; set; }

    /// <summary>
    /// Addresses and prefixes among those above that were assigned because pods needed them, and
    /// that the controller may therefore unassign. Nobody else's are.
    /// </summary>
    public List<string>? AssignedForPods { get; set; }

    /// <summary>Addresses that pods ask for by name and do not get.</summary>
    public List<RefusedAddress>? RefusedAddresses { get; set; }

    /// <summary>
    /// Addresses that are about to be moved to another ENI; absent before the first one was.
    /// </summary>
    public AddressWithdrawal? Withdrawal { get; set; }

    /// <summary>IPv4 range of the subnet.</summary>
    [JsonPropertyName("subnetCIDR")]
    public string? SubnetCidr { get; set; }

    /// <summary>IPv6 range of the subnet, if it has one.</summary>
    [JsonPropertyName("subnetIPv6CIDR")]
    public string? SubnetIpv6Cidr { get; set; }

    /// <summary>Zone of the subnet.</summary>
    public string? AvailabilityZone { get; set; }

    /// <summary>Device index in use, or chosen for the attach call under way.</summary>
    public int? DeviceIndex { get; set; }

    /// <summary>Actual network card.</summary>
    public int? NetworkCardIndex { get; set; }

    /// <summary>
    /// Which create attempt the ENI stems from; part of the client token
    /// (docs/reference/ec2.md#one-eni-per-slot).
    /// </summary>
    public int? Attempt { get; set; }
}
