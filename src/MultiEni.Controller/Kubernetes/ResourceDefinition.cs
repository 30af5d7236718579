using System.Text.Json.Serialization;
using MultiEni.Api.Kubernetes;

namespace MultiEni.Controller.Kubernetes;

/// <summary>A CustomResourceDefinition, cut down to the names of its fields.</summary>
internal sealed record ResourceDefinition : IKubernetesObject
{
    internal static readonly ResourceKind<ResourceDefinition> ResourceKind = new(
        "apiextensions.k8s.io",
        "v1",
        "customresourcedefinitions",
        "CustomResourceDefinition",
        Namespaced: false,
        DefinitionJson.Default.ResourceDefinition,
        DefinitionJson.Default.KubernetesListResourceDefinition
    );

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
