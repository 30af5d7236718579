using MultiEni.Api.Kubernetes;

namespace MultiEni.Api.EniAttachments;

/// <summary>
/// One ENI on one node: the hand-over point between the controller, which owns the specification and <c>status.network</c>, and the
/// agent of that node, which owns <c>status.device</c>. Machine-written.
/// </summary>
public sealed record EniAttachment : IKubernetesObject
{
    /// <inheritdoc />
    public string? ApiVersion { get; set; }

    /// <inheritdoc />
    public string? Kind { get; set; }

    /// <inheritdoc />
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>The ENI and device wanted. Required by the schema; null only in a patch that leaves it alone.</summary>
    public EniAttachmentSpec? Spec { get; set; }

    /// <summary>What is the case.</summary>
    public EniAttachmentStatus? Status { get; set; }
}
