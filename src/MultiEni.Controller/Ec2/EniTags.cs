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

    /// <summary>
    /// On an ENI that was attached at launch and that a slot adopted: it is never detached or
    /// deleted (docs/eni-settings.md#enis-of-the-launch-template).
    /// </summary>
    public const string Adopted = "networking.k8s.aws/adopted";

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

    /// <summary>
    /// What is written on an ENI that is adopted from a launch template, and taken off when it is
    /// released. The owner tag stays, so that it can be adopted again, and so do the user's.
    /// </summary>
    public static IReadOnlyList<string> OfAdoption { get; } = [Cluster, Slot, Adopted];
}
