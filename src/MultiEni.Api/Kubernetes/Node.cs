namespace MultiEni.Api.Kubernetes;

/// <summary>A node, cut down to what the product reads: a cluster of thousands fits in a few megabytes.</summary>
public sealed record Node : IKubernetesObject
{
    /// <inheritdoc />
    public string? ApiVersion { get; set; }

    /// <inheritdoc />
    public string? Kind { get; set; }

    /// <inheritdoc />
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>What the cloud provider and the scheduler say of the node.</summary>
    public NodeSpec Spec { get; set; } = new();

    /// <summary>What the kubelet says of the node.</summary>
    public NodeStatus Status { get; set; } = new();
}
