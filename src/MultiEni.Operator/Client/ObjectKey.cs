using MultiEni.Api.Kubernetes;

namespace MultiEni.Operator.Client;

/// <summary>Names one object among those of its kind.</summary>
/// <param name="Namespace">Null for cluster-scoped objects.</param>
/// <param name="Name">The object's name.</param>
public readonly record struct ObjectKey(string? Namespace, string Name)
{
    /// <summary>The key of a cluster-scoped object.</summary>
    public static ObjectKey Cluster(string name) => new(null, name);

    /// <summary>The key under which <paramref name="obj"/> is stored.</summary>
    public static ObjectKey Of(IKubernetesObject obj)
    {
        ArgumentNullException.ThrowIfNull(obj);
        var metadata = obj.Metadata;
        return new(string.IsNullOrEmpty(metadata.Namespace) ? null : metadata.Namespace, metadata.Name);
    }

    /// <summary><c>namespace/name</c>, or the name alone.</summary>
    public override string ToString() => Namespace is null ? Name : $"{Namespace}/{Name}";
}
