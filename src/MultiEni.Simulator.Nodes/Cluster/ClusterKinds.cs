using MultiEni.Api.Kubernetes;

namespace MultiEni.Simulator.Nodes.Cluster;

/// <summary>The kinds that the cluster's parts read and write.</summary>
internal static class ClusterKinds
{
    internal static ResourceKind<ClusterObject> Nodes { get; } = Core("nodes", "Node", namespaced: false);

    internal static ResourceKind<ClusterObject> Pods { get; } = Core("pods", "Pod", namespaced: true);

    /// <summary>Of pods to nodes: a subresource of pods.</summary>
    internal static ResourceKind<ClusterObject> Bindings { get; } = Core("pods", "Binding", namespaced: true);

    internal static ResourceKind<ClusterObject> Leases { get; } = Kind("coordination.k8s.io", "leases", "Lease", namespaced: true);

    internal static ResourceKind<ClusterObject> ResourceSlices { get; } =
        Kind("resource.k8s.io", "resourceslices", "ResourceSlice", namespaced: false);

    internal static ResourceKind<ClusterObject> ResourceClaims { get; } =
        Kind("resource.k8s.io", "resourceclaims", "ResourceClaim", namespaced: true);

    internal static ResourceKind<ClusterObject> ResourceClaimTemplates { get; } =
        Kind("resource.k8s.io", "resourceclaimtemplates", "ResourceClaimTemplate", namespaced: true);

    internal static ResourceKind<ClusterObject> DeviceClasses { get; } = Kind("resource.k8s.io", "deviceclasses", "DeviceClass", namespaced: false);

    private static ResourceKind<ClusterObject> Core(string plural, string kind, bool namespaced) => Kind("", plural, kind, namespaced);

    private static ResourceKind<ClusterObject> Kind(string group, string plural, string kind, bool namespaced) =>
        new(group, "v1", plural, kind, namespaced, ClusterJson.Default.ClusterObject, ClusterJson.Default.KubernetesListClusterObject);
}
