namespace MultiEni.Api.Kubernetes;

/// <summary>A page of objects in the response to a list request.</summary>
/// <typeparam name="T">The kind of object.</typeparam>
public sealed record KubernetesList<T>
    where T : class, IKubernetesObject
{
    /// <summary>List metadata.</summary>
    public ListMeta Metadata { get; set; } = new();

    /// <summary>The objects.</summary>
    public List<T> Items { get; set; } = [];
}

/// <summary>Metadata of a list.</summary>
public sealed record ListMeta
{
    /// <summary>The version from which a watch continues this list.</summary>
    public string? ResourceVersion { get; set; }

    /// <summary>Continue token; set if there are more pages.</summary>
    public string? Continue { get; set; }
}
