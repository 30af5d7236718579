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

/// <summary>Metadata of a list.</summary>
public sealed record ListMeta
{
    /// <summary>The version from which a watch continues this list.</summary>
    public string? ResourceVersion { get; set; }

    /// <summary>Present when there are more pages; sent with the request for the next.</summary>
    public string? Continue { get; set; }
}
