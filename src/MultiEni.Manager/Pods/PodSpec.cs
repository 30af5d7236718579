namespace MultiEni.Manager.Pods;

/// <summary>The part of a pod's specification that is read.</summary>
internal sealed record PodSpec
{
    /// <summary>The node it runs on.</summary>
    public string? NodeName { get; set; }

    /// <summary>Its containers.</summary>
    public List<PodContainer>? Containers { get; set; }

    /// <summary>Its volumes.</summary>
    public List<PodVolume>? Volumes { get; set; }

    /// <summary>Containers that run before.</summary>
    public List<PodContainer>? InitContainers { get; set; }
}
