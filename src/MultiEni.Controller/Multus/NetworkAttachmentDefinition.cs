using System.Text.Json.Serialization;
using MultiEni.Api.Kubernetes;

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
        MultusJson.Default.NetworkAttachmentDefinition,
        MultusJson.Default.KubernetesListNetworkAttachmentDefinition
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

/// <summary>What a network is.</summary>
internal sealed record NetworkAttachmentDefinitionSpec
{
    /// <summary>The CNI configuration, JSON as text.</summary>
    public string? Config { get; set; }
}

/// <summary>JSON of what Multus reads.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(TimeConverter)]
)]
[JsonSerializable(typeof(NetworkAttachmentDefinition))]
[JsonSerializable(typeof(KubernetesList<NetworkAttachmentDefinition>))]
internal sealed partial class MultusJson : JsonSerializerContext;
