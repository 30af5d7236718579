namespace MultiEni.Controller.Ec2;

/// <summary>
/// Tag keys of our ENIs: their durable identity, since client tokens live for hours only
/// (docs/reference/ec2.md#client-tokens).
/// </summary>
internal static class EniTags
{
    /// <summary>
    /// Name of the cluster; with <see cref="ManagedBy" /> it says that an ENI is ours.
    /// </summary>
    public const string Cluster = "networking.k8s.aws/cluster";

    /// <summary>The slot the ENI was created for.</summary>
    public const string Slot = "networking.k8s.aws/slot";

    /// <summary>Owner tag.</summary>
    public const string ManagedBy = "kubernetes.io/cluster/managed-by";

    /// <summary>Value of <see cref="ManagedBy"/>.</summary>
    public const string Owner = "nodeeni-controller";

    /// <summary>Name of the NodeENI.</summary>
    public const string NodeEni = "NodeENI";

    /// <summary>Name of the node that the ENI was last made or taken for.</summary>
    public const string Node = "Node";

    /// <summary>
    /// Keeps the VPC CNI from adopting the ENI; must be part of the Create call
    /// (docs/reference/ec2.md#vpc-cni).
    /// </summary>
    public const string NoManage = "node.k8s.amazonaws.com/no_manage";
}
