using MultiEni.Api.Kubernetes;

namespace MultiEni.Api.NodeEnis;

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
