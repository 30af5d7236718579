namespace MultiEni.Manager.Pods;

/// <summary>The part of a pod's status that is read.</summary>
internal sealed record PodStatus
{
    /// <summary><c>Pending</c>, <c>Running</c>, <c>Succeeded</c>, <c>Failed</c> or <c>Unknown</c>.</summary>
    public string? Phase { get; set; }

    /// <summary>Its containers.</summary>
    public List<PodContainerStatus>? ContainerStatuses { get; set; }

    /// <summary>The containers that run before.</summary>
    public List<PodContainerStatus>? InitContainerStatuses { get; set; }

    /// <summary>Containers that were added for debugging.</summary>
    public List<PodContainerStatus>? EphemeralContainerStatuses { get; set; }
}
