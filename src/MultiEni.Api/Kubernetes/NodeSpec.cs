namespace MultiEni.Api.Kubernetes;

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
