namespace MultiEni.Api.Kubernetes;

/// <summary>
/// A node, reduced to the fields that the product reads: thousands of nodes fit in a few megabytes.
/// </summary>
public sealed record Node : IKubernetesObject
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
    public NodeStatus Status { get; set; } = new();
}

/// <summary>The fields of a node's spec that the product reads.</summary>
public sealed record NodeSpec
{
    /// <summary>
    /// <c>aws:///ZONE/INSTANCE</c> on EC2; other formats on Fargate and hybrid nodes; null until
    /// the cloud provider sets it.
    /// </summary>
    public string? ProviderID { get; set; }

    /// <summary>Taints of the node.</summary>
    public List<Taint>? Taints { get; set; }

    /// <summary>Set by <c>kubectl cordon</c>.</summary>
    public bool? Unschedulable { get; set; }
}

/// <summary>The fields of a node's status that the product reads.</summary>
public sealed record NodeStatus
{
    /// <summary>Allocatable quantity per resource name.</summary>
    public Dictionary<string, string>? Allocatable { get; set; }

    /// <summary>Names and addresses of the node.</summary>
    public List<NodeAddress>? Addresses { get; set; }

    /// <summary>Conditions: Ready and the pressure conditions.</summary>
    public List<Condition>? Conditions { get; set; }
}

/// <summary>One address of a node.</summary>
/// <param name="Type"><c>InternalIP</c>, <c>Hostname</c> and others.</param>
/// <param name="Address">The address.</param>
public sealed record NodeAddress(string Type, string Address);

/// <summary>Repels pods that do not tolerate it.</summary>
/// <param name="Key">Key of the taint.</param>
/// <param name="Value">Optional.</param>
/// <param name="Effect"><c>NoSchedule</c>, <c>PreferNoSchedule</c> or <c>NoExecute</c>.</param>
public sealed record Taint(string Key, string? Value, string Effect);
