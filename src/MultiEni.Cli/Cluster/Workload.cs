using MultiEni.Api.Kubernetes;

namespace MultiEni.Cli.Cluster;

/// <summary>A Deployment or a DaemonSet, cut down to what tells whether it works.</summary>
internal sealed record Workload : IKubernetesObject
{
    /// <inheritdoc />
    public string? ApiVersion { get; set; }

    /// <inheritdoc />
    public string? Kind { get; set; }

    /// <inheritdoc />
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>What was asked for.</summary>
    public WorkloadSpec Spec { get; set; } = new();

    /// <summary>What is the case.</summary>
    public WorkloadStatus Status { get; set; } = new();

    /// <summary>The container of a name.</summary>
    public WorkloadContainer? Container(string name) => (Spec.Template.Spec.Containers ?? []).Find(container => container.Name == name);

    /// <summary>What was asked for.</summary>
    internal sealed record WorkloadSpec
    {
        /// <summary>Pods of a Deployment.</summary>
        public int? Replicas { get; set; }

        /// <summary>Its pods.</summary>
        public PodTemplate Template { get; set; } = new();
    }

    /// <summary>What its pods are like.</summary>
    internal sealed record PodTemplate
    {
        /// <summary>Labels of the pods.</summary>
        public ObjectMeta Metadata { get; set; } = new();

        /// <summary>Their specification.</summary>
        public WorkloadPodSpec Spec { get; set; } = new();
    }

    /// <summary>Counts of both kinds; those of the other are absent.</summary>
    internal sealed record WorkloadStatus
    {
        /// <summary>Pods of a Deployment that serve.</summary>
        public int AvailableReplicas { get; set; }

        /// <summary>Nodes that should have a pod of a DaemonSet.</summary>
        public int DesiredNumberScheduled { get; set; }

        /// <summary>Nodes that have such a pod.</summary>
        public int CurrentNumberScheduled { get; set; }

        /// <summary>Nodes on which the pod is ready.</summary>
        public int NumberReady { get; set; }
    }
}
