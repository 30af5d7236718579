using MultiEni.Api.Kubernetes;

namespace MultiEni.Cli.Cluster;

/// <summary>A Namespace, of which only the labels are read.</summary>
internal sealed record ClusterNamespace : IKubernetesObject
{
    /// <inheritdoc />
    public string? ApiVersion { get; set; }

    /// <inheritdoc />
    public string? Kind { get; set; }

    /// <inheritdoc />
    public ObjectMeta Metadata { get; set; } = new();
}
