using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.NodeEnis;
using MultiEni.Operator.Client;

namespace MultiEni.Controller.Kubernetes;

/// <summary>The kinds that the controller reads and writes.</summary>
internal static class Kinds
{
    /// <summary>What users write.</summary>
    public static readonly ResourceKind<NodeEni> NodeEni = new(
        Names.Group,
        Names.Version,
        Names.NodeEniPlural,
        Names.NodeEniKind,
        Namespaced: false,
        ApiJson.Default.NodeEni,
        ApiJson.Default.KubernetesListNodeEni
    );

    /// <summary>The hand-over to the agents.</summary>
    public static readonly ResourceKind<EniAttachment> EniAttachment = new(
        Names.Group,
        Names.Version,
        Names.EniAttachmentPlural,
        Names.EniAttachmentKind,
        Namespaced: false,
        ApiJson.Default.EniAttachment,
        ApiJson.Default.KubernetesListEniAttachment
    );

    /// <summary>What defines the two kinds above.</summary>
    public static readonly ResourceKind<ResourceDefinition> Definition = new(
        "apiextensions.k8s.io",
        "v1",
        "customresourcedefinitions",
        "CustomResourceDefinition",
        Namespaced: false,
        DefinitionJson.Default.ResourceDefinition,
        DefinitionJson.Default.KubernetesListResourceDefinition
    );

    /// <summary>The cluster's nodes.</summary>
    public static readonly ResourceKind<Node> Node = new(
        "",
        "v1",
        "nodes",
        "Node",
        Namespaced: false,
        ApiJson.Default.Node,
        ApiJson.Default.KubernetesListNode
    );
}
