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
