namespace MultiEni.Api.Kubernetes;

/// <summary>A page of objects as the API server answers a list request.</summary>
/// <typeparam name="T">The kind of object.</typeparam>
public sealed record KubernetesList<T>
    where T : class, IKubernetesObject
{
    /// <summary>Where the list stands in the history of the resource.</summary>
    public ListMeta Metadata { get; set; } = new();

    /// <summary>The objects.</summary>
    public List<T> Items { get; set; } = [];
}
