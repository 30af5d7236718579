using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.NodeEnis;
using MultiEni.Api.ResourceClaims;

namespace MultiEni.Api;

/// <summary>The kinds that both programs read or write.</summary>
public static class Kinds
{
    /// <summary>What users write.</summary>
    public static ResourceKind<NodeEni> NodeEni { get; } =
        new(
            Names.Group,
            Names.Version,
            Names.NodeEniPlural,
            Names.NodeEniKind,
            Namespaced: false,
            ApiJson.Default.NodeEni,
            ApiJson.Default.KubernetesListNodeEni
        );

    /// <summary>The hand-over from the controller to the agents.</summary>
    public static ResourceKind<EniAttachment> EniAttachment { get; } =
        new(
            Names.Group,
            Names.Version,
            Names.EniAttachmentPlural,
            Names.EniAttachmentKind,
            Namespaced: false,
            ApiJson.Default.EniAttachment,
            ApiJson.Default.KubernetesListEniAttachment
        );

    /// <summary>The cluster's nodes.</summary>
    public static ResourceKind<Node> Node { get; } =
        new("", "v1", "nodes", "Node", Namespaced: false, ApiJson.Default.Node, ApiJson.Default.KubernetesListNode);

    /// <summary>Claims of devices by pods.</summary>
    public static ResourceKind<ResourceClaim> ResourceClaim { get; } =
        new(
            ClaimNames.Group,
            ClaimNames.Version,
            "resourceclaims",
            "ResourceClaim",
            Namespaced: true,
            ApiJson.Default.ResourceClaim,
            ApiJson.Default.KubernetesListResourceClaim
        );
}
