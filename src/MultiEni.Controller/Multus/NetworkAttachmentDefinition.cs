using MultiEni.Api.Kubernetes;
using MultiEni.Operator.Client;

namespace MultiEni.Controller.Multus;

/// <summary>The object by which Multus knows a network.</summary>
internal sealed record NetworkAttachmentDefinition : IKubernetesObject
{
    internal static readonly ResourceKind<NetworkAttachmentDefinition> ResourceKind = new(
        "k8s.cni.cncf.io",
        "v1",
        "network-attachment-definitions",
        "NetworkAttachmentDefinition",
        Namespaced: true,
        ControllerJson.Default.NetworkAttachmentDefinition,
        ControllerJson.Default.KubernetesListNetworkAttachmentDefinition
    );

    /// <inheritdoc />
    public string? ApiVersion { get; set; }

    /// <inheritdoc />
    public string? Kind { get; set; }

    /// <inheritdoc />
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>What the network is.</summary>
    public NetworkAttachmentDefinitionSpec? Spec { get; set; }
}
