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

/// <summary>The part of a node's specification that the product reads.</summary>
public sealed record NodeSpec
{
    /// <summary><c>aws:///ZONE/INSTANCE</c> on EC2; other forms on Fargate and hybrid nodes; null until the cloud provider has seen the node.</summary>
    public string? ProviderID { get; set; }

    /// <summary>What keeps pods away from the node.</summary>
    public List<Taint>? Taints { get; set; }

    /// <summary>Set by <c>kubectl cordon</c>.</summary>
    public bool? Unschedulable { get; set; }
}

/// <summary>The part of a node's status that the product reads.</summary>
public sealed record NodeStatus
{
    /// <summary>Resource name to quantity, of what pods may use.</summary>
    public Dictionary<string, string>? Allocatable { get; set; }

    /// <summary>Names and addresses under which the node is reached.</summary>
    public List<NodeAddress>? Addresses { get; set; }

    /// <summary>Ready and the pressures.</summary>
    public List<Condition>? Conditions { get; set; }
}

/// <summary>One address of a node.</summary>
/// <param name="Type"><c>InternalIP</c>, <c>Hostname</c> and others.</param>
/// <param name="Address">The address.</param>
public sealed record NodeAddress(string Type, string Address);

/// <summary>Repels pods that do not tolerate it.</summary>
/// <param name="Key">Names the taint.</param>
/// <param name="Value">Optional.</param>
/// <param name="Effect"><c>NoSchedule</c>, <c>PreferNoSchedule</c> or <c>NoExecute</c>.</param>
public sealed record Taint(string Key, string? Value, string Effect);
