using System.Text.Json.Serialization;
using MultiEni.Api.Kubernetes;

namespace MultiEni.Cli.Cluster;

/// <summary>A CustomResourceDefinition, cut down to the names of its fields.</summary>
internal sealed record ResourceDefinition : IKubernetesObject
{
    /// <inheritdoc />
    public string? ApiVersion { get; set; }

    /// <inheritdoc />
    public string? Kind { get; set; }

    /// <inheritdoc />
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>Its versions.</summary>
    public DefinitionSpec Spec { get; set; } = new();

    /// <summary>The names of the fields below a path of a version; empty when there is nothing.</summary>
    public IReadOnlyCollection<string> Fields(string version, params string[] path)
    {
        var field = Spec.Versions.Find(served => served.Name == version)?.Schema?.Root;
        foreach (var name in path)
        {
            field = field?.Properties?.GetValueOrDefault(name);
        }

        return field?.Properties?.Keys ?? (IReadOnlyCollection<string>)[];
    }

    /// <summary>What it defines.</summary>
    internal sealed record DefinitionSpec
    {
        /// <summary>Versions.</summary>
        public List<DefinitionVersion> Versions { get; set; } = [];
    }

    /// <summary>One version.</summary>
    internal sealed record DefinitionVersion
    {
        /// <summary>Such as v1alpha1.</summary>
        public string Name { get; set; } = "";

        /// <summary>Its schema.</summary>
        public VersionSchema? Schema { get; set; }
    }

    /// <summary>The schema of a version.</summary>
    internal sealed record VersionSchema
    {
        /// <summary>The object itself.</summary>
        [JsonPropertyName("openAPIV3Schema")]
        public Field? Root { get; set; }
    }

    /// <summary>A field with those below it.</summary>
    internal sealed record Field
    {
        /// <summary>Fields below it.</summary>
        public Dictionary<string, Field>? Properties { get; set; }
    }
}
