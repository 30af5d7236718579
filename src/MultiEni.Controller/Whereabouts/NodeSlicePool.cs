using System.Text.Json.Serialization;
using MultiEni.Api.Kubernetes;

namespace MultiEni.Controller.Whereabouts;

/// <summary>
/// The object in which whereabouts looks up the range of a node
/// (docs/reference/whereabouts.md#node-slices).
/// </summary>
internal sealed record NodeSlicePool : IKubernetesObject
{
    internal static readonly ResourceKind<NodeSlicePool> ResourceKind = new(
        "whereabouts.cni.cncf.io",
        "v1alpha1",
        "nodeslicepools",
        "NodeSlicePool",
        Namespaced: true,
        WhereaboutsJson.Default.NodeSlicePool,
        WhereaboutsJson.Default.KubernetesListNodeSlicePool
    );

    /// <inheritdoc />
    public string? ApiVersion { get; set; }

    /// <inheritdoc />
    public string? Kind { get; set; }

    /// <inheritdoc />
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>What is divided.</summary>
    public NodeSlicePoolSpec? Spec { get; set; }

    /// <summary>Who has which part.</summary>
    public NodeSlicePoolStatus? Status { get; set; }
}

/// <summary>What is divided.</summary>
internal sealed record NodeSlicePoolSpec
{
    /// <summary>The range from which pods take the prefix length of their addresses.</summary>
    public string? Range { get; set; }

    /// <summary>Size of a part, such as <c>/28</c>.</summary>
    public string? SliceSize { get; set; }
}

/// <summary>Who has which part.</summary>
internal sealed record NodeSlicePoolStatus
{
    /// <summary>The first entry of a node counts.</summary>
    public List<NodeSliceAllocation> Allocations { get; set; } = [];
}

/// <summary>The part of a node.</summary>
internal sealed record NodeSliceAllocation
{
    /// <summary>The node; whereabouts' own controller writes an empty one for a free part.</summary>
    public string NodeName { get; set; } = "";

    /// <summary>The part.</summary>
    public string SliceRange { get; set; } = "";
}

/// <summary>JSON of what whereabouts reads.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(TimeConverter)]
)]
[JsonSerializable(typeof(NodeSlicePool))]
[JsonSerializable(typeof(KubernetesList<NodeSlicePool>))]
internal sealed partial class WhereaboutsJson : JsonSerializerContext;
