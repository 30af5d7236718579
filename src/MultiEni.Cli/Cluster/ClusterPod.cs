using MultiEni.Api.Kubernetes;

namespace MultiEni.Cli.Cluster;

/// <summary>A pod, reduced to its node and the fields that show why it is not ready.</summary>
internal sealed record ClusterPod : IKubernetesObject
{
    /// <inheritdoc />
    public string? ApiVersion { get; set; }

    /// <inheritdoc />
    public string? Kind { get; set; }

    /// <inheritdoc />
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>Desired state.</summary>
    public WorkloadPodSpec Spec { get; set; } = new();

    /// <summary>Observed state.</summary>
    public PodState Status { get; set; } = new();

    /// <summary>Names of the resources that its containers request.</summary>
    public IEnumerable<string> Resources() =>
        (Spec.Containers ?? []).SelectMany(container => container.Resources?.Requests?.Keys.AsEnumerable() ?? []);

    /// <summary>Whether the pod is ready.</summary>
    public bool IsReady() => Status.Conditions.IsTrue("Ready");

    /// <summary>Why the pod is not ready; null if the status does not say.</summary>
    public string? NotReadyReason()
    {
        foreach (var container in (Status.InitContainerStatuses ?? []).Concat(Status.ContainerStatuses ?? []))
        {
            if (container.State?.Waiting is { Reason: not ("PodInitializing" or "ContainerCreating") } waiting)
            {
                var message = string.IsNullOrEmpty(waiting.Message) ? "" : $", {waiting.Message}";
                return $"container {container.Name}: {waiting.Reason}{message}{LastLogLine(container)}";
            }
        }

        return Status.Conditions.Find("PodScheduled") is { Status: ConditionStatus.False } unscheduled ? unscheduled.Message : null;
    }

    private static string LastLogLine(ContainerStatus container)
    {
        var lines = (container.LastState?.Terminated?.Message ?? "").Split(
            '\n',
            StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries
        );
        return lines is [.., var last] ? $"; last log line: {last}" : "";
    }

    /// <summary>The part of the status that is read.</summary>
    internal sealed record PodState
    {
        /// <summary>Such as Running.</summary>
        public string? Phase { get; set; }

        /// <summary>Ready, PodScheduled and others.</summary>
        public List<Condition>? Conditions { get; set; }

        /// <summary>Init containers.</summary>
        public List<ContainerStatus>? InitContainerStatuses { get; set; }

        /// <summary>Containers.</summary>
        public List<ContainerStatus>? ContainerStatuses { get; set; }
    }

    /// <summary>One container.</summary>
    internal sealed record ContainerStatus
    {
        /// <summary>Its name.</summary>
        public string Name { get; set; } = "";

        /// <summary>Current state.</summary>
        public ContainerState? State { get; set; }

        /// <summary>State before the last restart.</summary>
        public ContainerState? LastState { get; set; }
    }

    /// <summary>State of a container.</summary>
    internal sealed record ContainerState
    {
        /// <summary>Set if the container terminated.</summary>
        public TerminatedState? Terminated { get; set; }

        /// <summary>Set if the container is waiting.</summary>
        public WaitingState? Waiting { get; set; }
    }

    /// <summary>State of a terminated container.</summary>
    internal sealed record TerminatedState
    {
        /// <summary>
        /// The end of its log, if terminationMessagePolicy is FallbackToLogsOnError.
        /// </summary>
        public string? Message { get; set; }
    }

    /// <summary>State of a waiting container.</summary>
    internal sealed record WaitingState
    {
        /// <summary>Such as CrashLoopBackOff.</summary>
        public string? Reason { get; set; }

        /// <summary>Details of the reason.</summary>
        public string? Message { get; set; }
    }
}
