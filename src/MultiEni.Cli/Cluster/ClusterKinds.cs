using MultiEni.Api.Kubernetes;

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
