namespace MultiEni.Manager.Pods;

/// <summary>The part of a container's status that is read.</summary>
internal sealed record PodContainerStatus
{
    /// <summary>What it is doing; absent when nothing is known.</summary>
    public PodContainerState? State { get; set; }
}
