namespace MultiEni.Api.Kubernetes;

/// <summary>Metadata of a list.</summary>
public sealed record ListMeta
{
    /// <summary>The version from which a watch continues this list.</summary>
    public string? ResourceVersion { get; set; }

    /// <summary>Present when there are more pages; sent with the request for the next.</summary>
    public string? Continue { get; set; }
}
