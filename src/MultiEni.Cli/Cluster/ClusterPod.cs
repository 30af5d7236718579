using MultiEni.Api.Kubernetes;

namespace MultiEni.Cli.Cluster;

/// <summary>A pod, cut down to where it runs and what hinders it.</summary>
internal sealed record ClusterPod : IKubernetesObject
{
    /// <inheritdoc />
    public string? ApiVersion { get; set; }

    /// <inheritdoc />
    public string? Kind { get; set; }

    /// <inheritdoc />
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>What was asked for.</summary>
    public WorkloadPodSpec Spec { get; set; } = new();

    /// <summary>What is the case.</summary>
    public PodState Status { get; set; } = new();

    /// <summary>Whether it does its work.</summary>
    public bool IsReady() => Status.Conditions.IsTrue("Ready");

    /// <summary>Why it does not, in words; null when nothing says so.</summary>
    public string? Hindrance()
    {
        foreach (var container in (Status.InitContainerStatuses ?? []).Concat(Status.ContainerStatuses ?? []))
        {
            if (container.State?.Waiting is { Reason: not ("PodInitializing" or "ContainerCreating") } waiting)
            {
                var message = string.IsNullOrEmpty(waiting.Message) ? "" : $", {waiting.Message}";
                return $"container {container.Name}: {waiting.Reason}{message}{LastWords(container)}";
            }
        }

        return Status.Conditions.Find("PodScheduled") is { Status: ConditionStatus.False } unscheduled ? unscheduled.Message : null;
    }

    private static string LastWords(ContainerStatus container)
    {
        var lines = (container.LastState?.Terminated?.Message ?? "").Split(
            '\n',
            StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries
        );
        return lines is [.., var last] ? $"; its last words: {last}" : "";
    }

    /// <summary>The part of the status that is read.</summary>
    internal sealed record PodState
    {
        /// <summary>Such as Running.</summary>
        public string? Phase { get; set; }

        /// <summary>Ready, PodScheduled and others.</summary>
        public List<Condition>? Conditions { get; set; }

        /// <summary>Containers that run before.</summary>
        public List<ContainerStatus>? InitContainerStatuses { get; set; }

        /// <summary>Containers.</summary>
        public List<ContainerStatus>? ContainerStatuses { get; set; }
    }

    /// <summary>One container.</summary>
    internal sealed record ContainerStatus
    {
        /// <summary>Its name.</summary>
        public string Name { get; set; } = "";

        /// <summary>What it does now.</summary>
        public ContainerState? State { get; set; }

        /// <summary>What it did before it was started again.</summary>
        public ContainerState? LastState { get; set; }
    }

    /// <summary>What a container does at a time.</summary>
    internal sealed record ContainerState
    {
        /// <summary>How it ended, if it did.</summary>
        public TerminatedState? Terminated { get; set; }

        /// <summary>What it waits for, if it does.</summary>
        public WaitingState? Waiting { get; set; }
    }

    /// <summary>How a container ended.</summary>
    internal sealed record TerminatedState
    {
        /// <summary>The end of its log, where terminationMessagePolicy says so.</summary>
        public string? Message { get; set; }
    }

    /// <summary>What a container waits for.</summary>
    internal sealed record WaitingState
    {
        /// <summary>Such as CrashLoopBackOff.</summary>
        public string? Reason { get; set; }

        /// <summary>The same in words.</summary>
        public string? Message { get; set; }
    }
}
