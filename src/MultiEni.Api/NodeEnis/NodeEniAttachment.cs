using System.Text.Json.Serialization;

namespace MultiEni.Api.NodeEnis;

/// <summary>One ENI in the status of a NodeENI.</summary>
public sealed record NodeEniAttachment
{
    /// <summary>Name of the node.</summary>
    [JsonPropertyName("nodeID")]
    public string NodeId { get; set; } = "";

    /// <summary>EC2 instance behind the node.</summary>
    [JsonPropertyName("instanceID")]
    public string InstanceId { get; set; } = "";

    /// <summary>The ENI; empty until it is created.</summary>
    [JsonPropertyName("eniID")]
    public string EniId { get; set; } = "";

    /// <summary>EC2's name of the connection between ENI and instance; empty until it is attached.</summary>
    [JsonPropertyName("attachmentID")]
    public string AttachmentId { get; set; } = "";

    /// <summary>Subnet of the ENI.</summary>
    [JsonPropertyName("subnetID")]
    public string? SubnetId { get; set; }

    /// <summary>IPv4 range of the subnet.</summary>
    [JsonPropertyName("subnetCIDR")]
    public string? SubnetCidr { get; set; }

    /// <summary>As seen on the link, in bytes; the last seen one when the device has left the kernel for a DPDK driver.</summary>
    public int? Mtu { get; set; }

    /// <summary>The device index in use, which differs from the wanted one when that was taken.</summary>
    public int? DeviceIndex { get; set; }

    /// <summary>Network card in use.</summary>
    public int? NetworkCardIndex { get; set; }

    /// <summary>A word from <see cref="EniAttachments.EniState"/> in lower case, such as <c>attached</c>.</summary>
    public string Status { get; set; } = "";

    /// <summary>When something in this entry last changed.</summary>
    public DateTimeOffset? LastUpdated { get; set; }

    /// <summary>Hardware address, by which the node finds the device.</summary>
    public string? MacAddress { get; set; }

    /// <summary>Primary private IPv4 address.</summary>
    [JsonPropertyName("privateIP")]
    public string? PrivateIp { get; set; }

    /// <summary>Name of the network interface on the node, while the kernel has it.</summary>
    public string? InterfaceName { get; set; }

    /// <summary>Whether the device is bound to its DPDK driver.</summary>
    public bool? DpdkBound { get; set; }

    /// <summary>The driver that holds the device now.</summary>
    public string? DpdkDriver { get; set; }

    /// <summary>The resource that pods request.</summary>
    public string? DpdkResourceName { get; set; }

    /// <summary>PCI address of the device.</summary>
    [JsonPropertyName("dpdkPCIAddress")]
    public string? DpdkPciAddress { get; set; }

    /// <summary>Why the entry is not ready, and what to do.</summary>
    public string? Message { get; set; }
}
