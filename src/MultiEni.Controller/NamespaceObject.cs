using MultiEni.Api.Kubernetes;

namespace MultiEni.Controller;

/// <summary>A namespace, of which only the identity is read.</summary>
internal sealed record NamespaceObject : IKubernetesObject
{
    /// <inheritdoc />
    public string? ApiVersion { get; set; }

    /// <inheritdoc />
    public string? Kind { get; set; }

    /// <inheritdoc />
    public ObjectMeta Metadata { get; set; } = new();
}
