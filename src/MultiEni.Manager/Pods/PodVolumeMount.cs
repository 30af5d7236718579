namespace MultiEni.Manager.Pods;

/// <summary>Where a container sees a volume.</summary>
internal sealed record PodVolumeMount
{
    /// <summary>The volume.</summary>
    public string Name { get; set; } = "";

    /// <summary>Where it is in the container.</summary>
    public string MountPath { get; set; } = "";
}
