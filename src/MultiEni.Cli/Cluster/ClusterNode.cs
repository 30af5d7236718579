using MultiEni.Api.Kubernetes;

namespace MultiEni.Cli.Cluster;

/// <summary>
/// A node with the versions of its software, which the long-running programs do not keep.
/// </summary>
internal sealed record ClusterNode : IKubernetesObject
{
    /// <inheritdoc />
    public string? ApiVersion { get; set; }

    /// <inheritdoc />
    public string? Kind { get; set; }

    /// <inheritdoc />
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>Fields set by the cloud provider and the scheduler.</summary>
    public NodeSpec Spec { get; set; } = new();

    /// <summary>Status reported by the kubelet.</summary>
    public ClusterNodeStatus Status { get; set; } = new();

    /// <summary>The node without the versions.</summary>
    public Node ToNode() =>
        new()
        {
            Metadata = Metadata,
            Spec = Spec,
            Status = new NodeStatus
            {
                Allocatable = Status.Allocatable,
                Addresses = Status.Addresses,
                Conditions = Status.Conditions,
            },
        };

    /// <summary>Status reported by the kubelet.</summary>
    internal sealed record ClusterNodeStatus
    {
        /// <summary>Allocatable quantity per resource name.</summary>
        public Dictionary<string, string>? Allocatable { get; set; }

        /// <summary>Names and addresses of the node.</summary>
        public List<NodeAddress>? Addresses { get; set; }

        /// <summary>Conditions: Ready and the pressure conditions.</summary>
        public List<Condition>? Conditions { get; set; }

        /// <summary>Versions of its software.</summary>
        public NodeVersions NodeInfo { get; set; } = new();
    }
}

/// <summary>Versions of a node's software; empty if unknown.</summary>
internal sealed record NodeVersions
{
    /// <summary>Version of the kubelet, such as <c>v1.34.2-eks-1234567</c>.</summary>
    public string KubeletVersion { get; set; } = "";

    /// <summary>Name and version of the container runtime, such as <c>containerd://2.1.4</c>.</summary>
    public string ContainerRuntimeVersion { get; set; } = "";
}
