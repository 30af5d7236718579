using System.Text.Json.Serialization;
using MultiEni.Api.Kubernetes;

namespace MultiEni.Controller.Karpenter;

/// <summary>
/// What Karpenter is told that instance types have, beyond what EC2 says
/// (https://karpenter.sh/docs/concepts/nodeoverlays/).
/// </summary>
internal sealed record NodeOverlay : IKubernetesObject
{
    internal static readonly ResourceKind<NodeOverlay> ResourceKind = new(
        "karpenter.sh",
        "v1alpha1",
        "nodeoverlays",
        "NodeOverlay",
        Namespaced: false,
        KarpenterJson.Default.NodeOverlay,
        KarpenterJson.Default.KubernetesListNodeOverlay
    );

    /// <inheritdoc />
    public string? ApiVersion { get; set; }

    /// <inheritdoc />
    public string? Kind { get; set; }

    /// <inheritdoc />
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>Which types, and what they have.</summary>
    public NodeOverlaySpec? Spec { get; set; }
}

/// <summary>Which instance types have what.</summary>
internal sealed record NodeOverlaySpec
{
    /// <summary>Labels that a node would have; all must match.</summary>
    public List<NodeRequirement> Requirements { get; set; } = [];

    /// <summary>Extended resources, with how many a node would have.</summary>
    public Dictionary<string, string> Capacity { get; set; } = [];
}

/// <summary>A condition on a label.</summary>
internal sealed record NodeRequirement
{
    /// <summary>The label.</summary>
    public string Key { get; set; } = "";

    /// <summary>How it is compared.</summary>
    public string Operator { get; set; } = "";

    /// <summary>With what.</summary>
    public List<string> Values { get; set; } = [];
}

/// <summary>JSON of what Karpenter reads.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(TimeConverter)]
)]
[JsonSerializable(typeof(NodeOverlay))]
[JsonSerializable(typeof(KubernetesList<NodeOverlay>))]
internal sealed partial class KarpenterJson : JsonSerializerContext;
