using System.Text.Json.Serialization;

namespace MultiEni.Api.NodeEnis;

/// <summary>
/// The desired interfaces. Defaults equal those in the CRD, so that a manifest read from a file has
/// the same meaning.
/// </summary>
public sealed record NodeEniSpec
{
    /// <summary>
    /// Nodes that have all of these labels. Never empty, because that would select every node in
    /// the cluster.
    /// </summary>
    public Dictionary<string, string> NodeSelector { get; set; } = [];

    /// <summary>One subnet by ID; combined with the other subnet fields.</summary>
    [JsonPropertyName("subnetID")]
    public string? SubnetId { get; set; }

    /// <summary>Subnets by ID; combined with the other subnet fields.</summary>
    [JsonPropertyName("subnetIDs")]
    public List<string>? SubnetIds { get; set; }

    /// <summary>One subnet by the value of its <c>Name</c> tag.</summary>
    public string? SubnetName { get; set; }

    /// <summary>Subnets by the value of their <c>Name</c> tag.</summary>
    public List<string>? SubnetNames { get; set; }

    /// <summary>Subnets that have all of these tags; <c>*</c> matches any value.</summary>
    public Dictionary<string, string>? SubnetSelector { get; set; }

    /// <summary>
    /// One of <see cref="SubnetPolicies"/>: in which of the zone's subnets ENIs are created.
    /// </summary>
    public string SubnetPolicy { get; set; } = SubnetPolicies.All;

    /// <summary>Security groups by ID; combined with the other security group fields.</summary>
    [JsonPropertyName("securityGroupIDs")]
    public List<string>? SecurityGroupIds { get; set; }

    /// <summary>Security groups by name, within the subnet's VPC.</summary>
    public List<string>? SecurityGroupNames { get; set; }

    /// <summary>Security groups that have all of these tags; <c>*</c> matches any value.</summary>
    public Dictionary<string, string>? SecurityGroupSelector { get; set; }

    /// <summary>
    /// Preferred device index of the first subnet's ENI; the k-th subnet prefers this plus k. On
    /// network card 0, 0 means the default: its index 0 is the primary interface.
    /// </summary>
    public int DeviceIndex { get; set; } = 1;

    /// <summary>Network card, for instance types that have several.</summary>
    public int NetworkCardIndex { get; set; }

    /// <summary>Whether EC2 deletes the ENI together with the instance.</summary>
    public bool DeleteOnTermination { get; set; } = true;

    /// <summary>
    /// One of <see cref="RetainPolicies"/>: what becomes of an ENI whose node goes.
    /// </summary>
    public string RetainPolicy { get; set; } = RetainPolicies.Delete;

    /// <summary>Description in the EC2 console; generated if null.</summary>
    public string? Description { get; set; }

    /// <summary>Tags added to the ENI. They must not override the controller's own tags.</summary>
    public Dictionary<string, string>? Tags { get; set; }

    /// <summary>
    /// Whether an ENI that the launch template attached is used instead of a new one. Such an ENI
    /// is never detached or deleted, and released with the NodeENI (docs/eni-settings.md).
    /// </summary>
    public bool Adopt { get; set; }

    /// <summary>MTU in bytes; 0 keeps the kernel's default. A VPC supports at most 9001.</summary>
    public int Mtu { get; set; }

    /// <summary>
    /// False allows traffic for addresses that are not the ENI's own, as needed for forwarding,
    /// ipvlan and macvlan.
    /// </summary>
    public bool SourceDestCheck { get; set; } = true;

    /// <summary>Timeouts of EC2's connection tracking; null leaves them to EC2.</summary>
    public ConnectionTrackingSpec? ConnectionTracking { get; set; }

    /// <summary>ENA Express; null leaves it as EC2 has it.</summary>
    public EnaExpressSpec? EnaExpress { get; set; }

    /// <summary>ENA queues of the attachment; null for EC2's default.</summary>
    public int? EnaQueueCount { get; set; }

    /// <summary>
    /// Number of secondary private IPv4 addresses. Mutually exclusive with
    /// <see cref="Ipv4PrefixCount"/>.
    /// </summary>
    [JsonPropertyName("secondaryPrivateIPCount")]
    public int SecondaryPrivateIpCount { get; set; }

    /// <summary>
    /// Number of /28 IPv4 prefixes. Mutually exclusive with <see cref="SecondaryPrivateIpCount"/>.
    /// </summary>
    public int Ipv4PrefixCount { get; set; }

    /// <summary>
    /// Number of IPv6 addresses. Mutually exclusive with <see cref="Ipv6PrefixCount"/>.
    /// </summary>
    public int Ipv6AddressCount { get; set; }

    /// <summary>
    /// Number of /80 IPv6 prefixes. Mutually exclusive with <see cref="Ipv6AddressCount"/>.
    /// </summary>
    public int Ipv6PrefixCount { get; set; }

    /// <summary>
    /// Whether the first IPv6 address is fixed as the primary one; EC2 cannot switch it off again.
    /// </summary>
    [JsonPropertyName("enablePrimaryIPv6")]
    public bool EnablePrimaryIpv6 { get; set; }

    /// <summary>
    /// Primary addresses, one for each ENI, taken by subnet; null lets EC2 choose.
    /// </summary>
    [JsonPropertyName("privateIPAddresses")]
    public List<string>? PrivateIpAddresses { get; set; }

    /// <summary>Elastic IPs, one for each ENI; null for none.</summary>
    [JsonPropertyName("elasticIPs")]
    public ElasticIpsSpec? ElasticIps { get; set; }

    /// <summary>How pods get addresses beyond those counts; null for not at all.</summary>
    public PodAddressesSpec? PodAddresses { get; set; }

    /// <summary>One of <see cref="HostAddressings"/>.</summary>
    public string HostAddressing { get; set; } = HostAddressings.None;

    /// <summary>
    /// Binds the device to <see cref="DpdkDriver"/>, which removes it from the kernel's network
    /// stack.
    /// </summary>
    [JsonPropertyName("enableDPDK")]
    public bool EnableDpdk { get; set; }

    /// <summary>One of <see cref="DpdkDrivers"/>.</summary>
    public string DpdkDriver { get; set; } = DpdkDrivers.VfioPci;

    /// <summary>One of <see cref="DpdkBindings"/>: when the device is bound.</summary>
    public string DpdkBinding { get; set; } = DpdkBindings.Always;

    /// <summary>
    /// The resource that pods request, as <c>prefix/name</c> or <c>name</c>; derived from the
    /// device index if null.
    /// </summary>
    public string? DpdkResourceName { get; set; }

    /// <summary>
    /// PCI address of the device on every matching node, verified against the ENI's MAC address
    /// before use.
    /// </summary>
    [JsonPropertyName("dpdkPCIAddress")]
    public string? DpdkPciAddress { get; set; }
}

/// <summary>Values of <see cref="NodeEniSpec.SubnetPolicy"/>.</summary>
public static class SubnetPolicies
{
    /// <summary>One ENI in every resolved subnet of the node's zone.</summary>
    public const string All = "All";

    /// <summary>One ENI, in the subnet in the node's zone with the most free addresses.</summary>
    public const string MostFree = "MostFree";
}

/// <summary>Values of <see cref="NodeEniSpec.RetainPolicy"/>.</summary>
public static class RetainPolicies
{
    /// <summary>The ENI goes with its node.</summary>
    public const string Delete = "Delete";

    /// <summary>
    /// The ENI is detached and kept, with its MAC address, its private addresses and its Elastic
    /// IP, and the next node in its subnet takes it.
    /// </summary>
    public const string Retain = "Retain";
}

/// <summary>Values of <see cref="NodeEniSpec.DpdkBinding"/>.</summary>
public static class DpdkBindings
{
    /// <summary>After attachment, for as long as the ENI is there.</summary>
    public const string Always = "Always";

    /// <summary>
    /// While a ResourceClaim that asks for DPDK is prepared; the kernel has the device otherwise.
    /// </summary>
    public const string WhenClaimed = "WhenClaimed";
}

/// <summary>The drivers that give a DPDK application access to a PCI device.</summary>
public static class DpdkDrivers
{
    /// <summary>The recommended driver, with or without an IOMMU.</summary>
    public const string VfioPci = "vfio-pci";

    /// <summary>
    /// Out-of-tree driver of the DPDK project; supports write combining (wc_activate=1).
    /// </summary>
    public const string IgbUio = "igb_uio";

    /// <summary>
    /// The kernel's generic user-space driver; does not work with an active IOMMU.
    /// </summary>
    public const string UioPciGeneric = "uio_pci_generic";

    /// <summary>Whether <paramref name="driver"/> is one of these.</summary>
    public static bool Contains(string? driver) => driver is VfioPci or IgbUio or UioPciGeneric;
}
