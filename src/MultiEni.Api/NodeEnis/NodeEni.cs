using System.Text.Json.Serialization;
using MultiEni.Api.Kubernetes;

namespace MultiEni.Api.NodeEnis;

/// <summary>The user's resource: the desired network interfaces of every matching node.</summary>
public sealed record NodeEni : IKubernetesObject
{
    /// <inheritdoc />
    public string? ApiVersion { get; set; }

    /// <inheritdoc />
    public string? Kind { get; set; }

    /// <inheritdoc />
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>
    /// Desired state. Required by the schema; null only in a patch that does not change it.
    /// </summary>
    public NodeEniSpec? Spec { get; set; }

    /// <summary>Observed state. Only written by the controller.</summary>
    public NodeEniStatus? Status { get; set; }
}

/// <summary>The state of a NodeENI, summarised from its ENIAttachments.</summary>
public sealed record NodeEniStatus
{
    /// <summary>
    /// Maximum number of attachments that are listed; beyond it the status only has counts.
    /// </summary>
    public const int MaximumListedAttachments = 500;

    /// <summary>Maximum number of retained ENIs that are listed.</summary>
    public const int MaximumListedRetained = 100;

    /// <summary>
    /// One entry per ENI, sorted by node and device index; omitted beyond
    /// <see cref="MaximumListedAttachments"/>.
    /// </summary>
    public List<NodeEniAttachment>? Attachments { get; set; }

    /// <summary>
    /// True if there are too many attachments to list; <c>kubectl get eniattachments</c> shows all
    /// of them.
    /// </summary>
    public bool? AttachmentsTruncated { get; set; }

    /// <summary>Number of nodes that match the selector.</summary>
    public int MatchedNodes { get; set; }

    /// <summary>Number of desired ENIs.</summary>
    [System.Text.Json.Serialization.JsonPropertyName("desiredENIs")]
    public int DesiredEnis { get; set; }

    /// <summary>Number of ENIs attached to their instance.</summary>
    [System.Text.Json.Serialization.JsonPropertyName("attachedENIs")]
    public int AttachedEnis { get; set; }

    /// <summary>Number of ENIs in their desired state.</summary>
    [System.Text.Json.Serialization.JsonPropertyName("readyENIs")]
    public int ReadyEnis { get; set; }

    /// <summary>Number of ENIs bound to a DPDK driver.</summary>
    [System.Text.Json.Serialization.JsonPropertyName("dpdkBoundENIs")]
    public int DpdkBoundEnis { get; set; }

    /// <summary>
    /// Number of ENIs that outlived their node and that no node has at present; only with
    /// <c>retainPolicy: Retain</c>.
    /// </summary>
    [System.Text.Json.Serialization.JsonPropertyName("retainedENIs")]
    public int? RetainedEnis { get; set; }

    /// <summary>
    /// The retained ENIs, sorted by ID; the first <see cref="MaximumListedRetained"/> of them.
    /// </summary>
    public List<RetainedEni>? Retained { get; set; }

    /// <summary>
    /// <see cref="ReadyEnis"/> of <see cref="DesiredEnis"/> as <c>12/12</c>, for the printer
    /// column.
    /// </summary>
    public string? Ready { get; set; }

    /// <summary>The metadata.generation that this status was computed for.</summary>
    public long? ObservedGeneration { get; set; }

    /// <summary>See <see cref="ConditionTypes"/>.</summary>
    public List<Condition>? Conditions { get; set; }
}

/// <summary>An ENI that waits for the next node in its subnet.</summary>
public sealed record RetainedEni
{
    /// <summary>ID of the ENI.</summary>
    [JsonPropertyName("eniID")]
    public string EniId { get; set; } = "";

    /// <summary>Subnet of the ENI.</summary>
    [JsonPropertyName("subnetID")]
    public string SubnetId { get; set; } = "";

    /// <summary>Primary private IPv4 address, which it keeps.</summary>
    [JsonPropertyName("privateIP")]
    public string? PrivateIp { get; set; }

    /// <summary>Its Elastic IP, which it keeps.</summary>
    [JsonPropertyName("publicIP")]
    public string? PublicIp { get; set; }

    /// <summary>The node that had it last.</summary>
    [JsonPropertyName("nodeID")]
    public string? NodeId { get; set; }
}

/// <summary>One ENI in the status of a NodeENI.</summary>
public sealed record NodeEniAttachment
{
    /// <summary>Name of the node.</summary>
    [JsonPropertyName("nodeID")]
    public string NodeId { get; set; } = "";

    /// <summary>EC2 instance of the node.</summary>
    [JsonPropertyName("instanceID")]
    public string InstanceId { get; set; } = "";

    /// <summary>ID of the ENI; empty until it is created.</summary>
    [JsonPropertyName("eniID")]
    public string EniId { get; set; } = "";

    /// <summary>EC2's ID of the attachment; empty until the ENI is attached.</summary>
    [JsonPropertyName("attachmentID")]
    public string AttachmentId { get; set; } = "";

    /// <summary>Subnet of the ENI.</summary>
    [JsonPropertyName("subnetID")]
    public string? SubnetId { get; set; }

    /// <summary>IPv4 range of the subnet.</summary>
    [JsonPropertyName("subnetCIDR")]
    public string? SubnetCidr { get; set; }

    /// <summary>
    /// Observed MTU in bytes; while the device is bound to a DPDK driver, the last observed value.
    /// </summary>
    public int? Mtu { get; set; }

    /// <summary>Actual device index; differs from the requested one if that was in use.</summary>
    public int? DeviceIndex { get; set; }

    /// <summary>Actual network card.</summary>
    public int? NetworkCardIndex { get; set; }

    /// <summary>
    /// A value of <see cref="EniAttachments.EniState"/> in lower case, such as <c>attached</c>.
    /// </summary>
    public string Status { get; set; } = "";

    /// <summary>When this entry last changed.</summary>
    public DateTimeOffset? LastUpdated { get; set; }

    /// <summary>MAC address, by which the node identifies the device.</summary>
    public string? MacAddress { get; set; }

    /// <summary>Primary private IPv4 address.</summary>
    [JsonPropertyName("privateIP")]
    public string? PrivateIp { get; set; }

    /// <summary>
    /// Name of the network interface on the node, while the device is bound to its kernel driver.
    /// </summary>
    public string? InterfaceName { get; set; }

    /// <summary>Whether the device is bound to its DPDK driver.</summary>
    public bool? DpdkBound { get; set; }

    /// <summary>The driver that the device is bound to.</summary>
    public string? DpdkDriver { get; set; }

    /// <summary>The resource that pods request.</summary>
    public string? DpdkResourceName { get; set; }

    /// <summary>PCI address of the device.</summary>
    [JsonPropertyName("dpdkPCIAddress")]
    public string? DpdkPciAddress { get; set; }

    /// <summary>Why the ENI is not ready, and how to fix it.</summary>
    public string? Message { get; set; }
}
