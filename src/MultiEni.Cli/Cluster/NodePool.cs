using MultiEni.Api.Kubernetes;

namespace MultiEni.Cli.Cluster;

/// <summary>
/// Nodes that Karpenter launches, reduced to what decides whether their ENIs come
/// (https://karpenter.sh/docs/concepts/nodepools/).
/// </summary>
internal sealed record NodePool : IKubernetesObject
{
    /// <summary>The label with the pool's name that Karpenter gives to its nodes.</summary>
    public const string Label = "karpenter.sh/nodepool";

    /// <inheritdoc />
    public string? ApiVersion { get; set; }

    /// <inheritdoc />
    public string? Kind { get; set; }

    /// <inheritdoc />
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>Desired state.</summary>
    public NodePoolSpec Spec { get; set; } = new();

    /// <summary>Desired state.</summary>
    internal sealed record NodePoolSpec
    {
        /// <summary>What each node is like.</summary>
        public NodeTemplate Template { get; set; } = new();
    }

    /// <summary>What each node is like.</summary>
    internal sealed record NodeTemplate
    {
        /// <summary>Labels of the nodes.</summary>
        public ObjectMeta Metadata { get; set; } = new();

        /// <summary>Its taints.</summary>
        public NodeTemplateSpec Spec { get; set; } = new();
    }

    /// <summary>Taints of each node.</summary>
    internal sealed record NodeTemplateSpec
    {
        /// <summary>Those that something else removes once the node is usable.</summary>
        public List<Taint>? StartupTaints { get; set; }
    }
}
