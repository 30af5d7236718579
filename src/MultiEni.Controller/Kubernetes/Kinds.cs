using System.Text.Json.Serialization;
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

/// <summary>A CustomResourceDefinition, cut down to the names of its fields.</summary>
internal sealed record ResourceDefinition : IKubernetesObject
{
    /// <inheritdoc />
    public string? ApiVersion { get; set; }

    /// <inheritdoc />
    public string? Kind { get; set; }

    /// <inheritdoc />
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>What it defines.</summary>
    public DefinitionSpec Spec { get; set; } = new();

    /// <summary>The part of its specification that is read.</summary>
    public sealed record DefinitionSpec
    {
        /// <summary>The versions of the resource.</summary>
        public List<DefinitionVersion> Versions { get; set; } = [];
    }

    /// <summary>One version of the resource.</summary>
    public sealed record DefinitionVersion
    {
        /// <summary>Such as v1alpha1.</summary>
        public string Name { get; set; } = "";

        /// <summary>Its schema.</summary>
        public VersionSchema? Schema { get; set; }
    }

    /// <summary>The schema of a version.</summary>
    public sealed record VersionSchema
    {
        /// <summary>The object itself.</summary>
        [JsonPropertyName("openAPIV3Schema")]
        public Field? Root { get; set; }
    }

    /// <summary>A field with those below it.</summary>
    public sealed record Field
    {
        /// <summary>Fields below it.</summary>
        public Dictionary<string, Field>? Properties { get; set; }

        /// <summary>What the elements of a list look like.</summary>
        public Field? Items { get; set; }

        /// <summary>Whether fields that the schema does not name are kept.</summary>
        [JsonPropertyName("x-kubernetes-preserve-unknown-fields")]
        public bool PreservesUnknownFields { get; set; }
    }
}

/// <summary>JSON of resource definitions.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(TimeConverter)]
)]
[JsonSerializable(typeof(ResourceDefinition))]
[JsonSerializable(typeof(KubernetesList<ResourceDefinition>))]
internal sealed partial class DefinitionJson : JsonSerializerContext;
