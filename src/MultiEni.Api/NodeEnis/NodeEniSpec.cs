using System.Text.Json.Serialization;

namespace MultiEni.Api.NodeEnis;

/// <summary>The wanted interfaces. Defaults equal those of the CRD, so that a document read from a file means the same.</summary>
public sealed record NodeEniSpec
{
    /// <summary>Nodes whose labels contain all of these. Never empty: that would take every node of the cluster.</summary>
    public Dictionary<string, string> NodeSelector { get; set; } = [];

    /// <summary>One subnet by ID; joined with the other sources of subnets.</summary>
    [JsonPropertyName("subnetID")]
    public string? SubnetId { get; set; }

    /// <summary>Subnets by ID; joined with the other sources of subnets.</summary>
    [JsonPropertyName("subnetIDs")]
    public List<string>? SubnetIds { get; set; }

    /// <summary>One subnet by the value of its tag <c>Name</c>.</summary>
    public string? SubnetName { get; set; }

    /// <summary>Subnets by the value of their tag <c>Name</c>.</summary>
    public List<string>? SubnetNames { get; set; }

    /// <summary>Subnets that carry all of these tags; <c>*</c> stands for any value.</summary>
    public Dictionary<string, string>? SubnetSelector { get; set; }

    /// <summary>One of <see cref="SubnetPolicies"/>: which of a zone's subnets a node gets an ENI in.</summary>
    public string SubnetPolicy { get; set; } = SubnetPolicies.All;

    /// <summary>Security groups by ID; joined with the other sources.</summary>
    [JsonPropertyName("securityGroupIDs")]
    public List<string>? SecurityGroupIds { get; set; }

    /// <summary>Security groups by name, within the subnet's VPC.</summary>
    public List<string>? SecurityGroupNames { get; set; }

    /// <summary>Security groups that carry all of these tags; <c>*</c> stands for any value.</summary>
    public Dictionary<string, string>? SecurityGroupSelector { get; set; }

    /// <summary>Preferred device index of the first subnet's ENI; the k-th subnet prefers this plus k. 0 means 1, on every network card; index 0 of card 0 is the primary interface.</summary>
    public int DeviceIndex { get; set; } = 1;

    /// <summary>Network card of multi-card instance types.</summary>
    public int NetworkCardIndex { get; set; }

    /// <summary>Whether EC2 deletes the ENI together with the instance.</summary>
    public bool DeleteOnTermination { get; set; } = true;

    /// <summary>Description shown in the EC2 console; a generated one when absent.</summary>
    public string? Description { get; set; }

    /// <summary>Tags added to the ENI. They may not override those by which the controller knows its own.</summary>
    public Dictionary<string, string>? Tags { get; set; }

    /// <summary>Maximum transmission unit in bytes; 0 leaves the kernel's. A VPC carries at most 9001.</summary>
    public int Mtu { get; set; }

    /// <summary>False lets the ENI carry traffic for addresses that are not its own, as forwarding functions, ipvlan and macvlan need.</summary>
    public bool SourceDestCheck { get; set; } = true;

    /// <summary>Number of further private IPv4 addresses. Excludes <see cref="Ipv4PrefixCount"/>.</summary>
    [JsonPropertyName("secondaryPrivateIPCount")]
    public int SecondaryPrivateIpCount { get; set; }

    /// <summary>Number of /28 IPv4 prefixes. Excludes <see cref="SecondaryPrivateIpCount"/>.</summary>
    public int Ipv4PrefixCount { get; set; }

    /// <summary>Number of IPv6 addresses. Excludes <see cref="Ipv6PrefixCount"/>.</summary>
    public int Ipv6AddressCount { get; set; }

    /// <summary>Number of /80 IPv6 prefixes. Excludes <see cref="Ipv6AddressCount"/>.</summary>
    public int Ipv6PrefixCount { get; set; }

    /// <summary>Binds the device to <see cref="DpdkDriver"/>, taking it away from the kernel's network stack.</summary>
    [JsonPropertyName("enableDPDK")]
    public bool EnableDpdk { get; set; }

    /// <summary>One of <see cref="DpdkDrivers"/>.</summary>
    public string DpdkDriver { get; set; } = DpdkDrivers.VfioPci;

    /// <summary>One of <see cref="DpdkBindings"/>: when the device is bound.</summary>
    public string DpdkBinding { get; set; } = DpdkBindings.Always;

    /// <summary>The resource that pods request, as <c>prefix/name</c> or <c>name</c>; generated from the device index when absent.</summary>
    public string? DpdkResourceName { get; set; }

    /// <summary>PCI address of the device on every matching node, checked against the ENI's MAC address before use.</summary>
    [JsonPropertyName("dpdkPCIAddress")]
    public string? DpdkPciAddress { get; set; }
}

/// <summary>Values of <see cref="NodeEniSpec.SubnetPolicy"/>.</summary>
public static class SubnetPolicies
{
    /// <summary>One ENI in every resolved subnet of the node's zone.</summary>
    public const string All = "All";

    /// <summary>One ENI, in the subnet of the node's zone that has most free addresses.</summary>
    public const string MostFree = "MostFree";
}

/// <summary>Values of <see cref="NodeEniSpec.DpdkBinding"/>.</summary>
public static class DpdkBindings
{
    /// <summary>After attachment, for as long as the ENI is there.</summary>
    public const string Always = "Always";

    /// <summary>While a ResourceClaim that asks for DPDK is prepared; the kernel has the device otherwise.</summary>
    public const string WhenClaimed = "WhenClaimed";
}

/// <summary>The kernel drivers that hand a PCI device to a DPDK application.</summary>
public static class DpdkDrivers
{
    /// <summary>The recommended one, with or without an IOMMU.</summary>
    public const string VfioPci = "vfio-pci";

    /// <summary>Out-of-tree driver of the DPDK project; supports write-combining on request.</summary>
    public const string IgbUio = "igb_uio";

    /// <summary>Generic user-space driver of the kernel; unusable where an IOMMU is active.</summary>
    public const string UioPciGeneric = "uio_pci_generic";

    /// <summary>Whether <paramref name="driver"/> is one of these.</summary>
    public static bool Contains(string? driver) => driver is VfioPci or IgbUio or UioPciGeneric;
}
