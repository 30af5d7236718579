using System.Text.Json.Serialization;
using MultiEni.Api.Kubernetes;

namespace MultiEni.Api.NodeEnis;

/// <summary>What the user writes: the network interfaces that every matching node should have.</summary>
public sealed record NodeEni : IKubernetesObject
{
    /// <inheritdoc />
    public string? ApiVersion { get; set; }

    /// <inheritdoc />
    public string? Kind { get; set; }

    /// <inheritdoc />
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>What is wanted. Required by the schema; null only in a patch that leaves it alone.</summary>
    public NodeEniSpec? Spec { get; set; }

    /// <summary>What is the case. Written by the controller alone.</summary>
    public NodeEniStatus? Status { get; set; }
}

/// <summary>The state of a NodeENI, summarised from its ENIAttachments.</summary>
public sealed record NodeEniStatus
{
    /// <summary>How many attachments are listed before the list gives way to counts alone.</summary>
    public const int MaximumListedAttachments = 500;

    /// <summary>One entry per ENI, sorted by node and device index; absent beyond <see cref="MaximumListedAttachments"/>.</summary>
    public List<NodeEniAttachment>? Attachments { get; set; }

    /// <summary>True when there are too many attachments to list; <c>kubectl get eniattachments</c> has them all.</summary>
    public bool? AttachmentsTruncated { get; set; }

    /// <summary>Nodes whose labels match the selector.</summary>
    public int MatchedNodes { get; set; }

    /// <summary>ENIs that those nodes should have.</summary>
    [System.Text.Json.Serialization.JsonPropertyName("desiredENIs")]
    public int DesiredEnis { get; set; }

    /// <summary>ENIs attached to their instance.</summary>
    [System.Text.Json.Serialization.JsonPropertyName("attachedENIs")]
    public int AttachedEnis { get; set; }

    /// <summary>ENIs for which everything asked for is done.</summary>
    [System.Text.Json.Serialization.JsonPropertyName("readyENIs")]
    public int ReadyEnis { get; set; }

    /// <summary>ENIs bound to a DPDK driver.</summary>
    [System.Text.Json.Serialization.JsonPropertyName("dpdkBoundENIs")]
    public int DpdkBoundEnis { get; set; }

    /// <summary><see cref="ReadyEnis"/> of <see cref="DesiredEnis"/> as <c>12/12</c>, for the printer column.</summary>
    public string? Ready { get; set; }

    /// <summary>The generation of the specification that this status is about.</summary>
    public long? ObservedGeneration { get; set; }

    /// <summary>See <see cref="ConditionTypes"/>.</summary>
    public List<Condition>? Conditions { get; set; }
}

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
