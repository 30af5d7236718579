using MultiEni.Api;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.ResourceClaims;

namespace MultiEni.Cli.Cluster;

/// <summary>The kinds that only this program reads.</summary>
internal static class ClusterKinds
{
    public static ResourceKind<Workload> Deployment { get; } =
        new("apps", "v1", "deployments", "Deployment", true, ClusterJson.Default.Workload, ClusterJson.Default.KubernetesListWorkload);

    public static ResourceKind<Workload> DaemonSet { get; } =
        new("apps", "v1", "daemonsets", "DaemonSet", true, ClusterJson.Default.Workload, ClusterJson.Default.KubernetesListWorkload);

    public static ResourceKind<ClusterPod> Pod { get; } =
        new("", "v1", "pods", "Pod", true, ClusterJson.Default.ClusterPod, ClusterJson.Default.KubernetesListClusterPod);

    public static ResourceKind<ClusterNamespace> Namespace { get; } =
        new("", "v1", "namespaces", "Namespace", false, ClusterJson.Default.ClusterNamespace, ClusterJson.Default.KubernetesListClusterNamespace);

    public static ResourceKind<ClusterNode> Node { get; } =
        new("", "v1", "nodes", "Node", false, ClusterJson.Default.ClusterNode, ClusterJson.Default.KubernetesListClusterNode);

    public static ResourceKind<NodePool> NodePool { get; } =
        new("karpenter.sh", "v1", "nodepools", "NodePool", false, ClusterJson.Default.NodePool, ClusterJson.Default.KubernetesListNodePool);

    public static ResourceKind<ResourceSlice> ResourceSlice { get; } =
        new(
            ClaimNames.Group,
            ClaimNames.Version,
            "resourceslices",
            "ResourceSlice",
            false,
            ApiJson.Default.ResourceSlice,
            ApiJson.Default.KubernetesListResourceSlice
        );

    public static ResourceKind<ClusterClaim> ResourceClaim { get; } =
        new(
            ClaimNames.Group,
            ClaimNames.Version,
            "resourceclaims",
            "ResourceClaim",
            true,
            ClusterJson.Default.ClusterClaim,
            ClusterJson.Default.KubernetesListClusterClaim
        );

    public static ResourceKind<AccessReview> AccessReview { get; } =
        new(
            "authorization.k8s.io",
            "v1",
            "selfsubjectaccessreviews",
            "SelfSubjectAccessReview",
            false,
            ClusterJson.Default.AccessReview,
            ClusterJson.Default.KubernetesListAccessReview
        );
}
