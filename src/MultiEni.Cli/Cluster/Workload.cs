using System.Text.Json.Serialization;
using MultiEni.Api.Kubernetes;

namespace MultiEni.Cli.Cluster;

/// <summary>
/// A Deployment or a DaemonSet, reduced to the fields that show whether it works.
/// </summary>
internal sealed record Workload : IKubernetesObject
{
    /// <inheritdoc />
    public string? ApiVersion { get; set; }

    /// <inheritdoc />
    public string? Kind { get; set; }

    /// <inheritdoc />
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>Desired state.</summary>
    public WorkloadSpec Spec { get; set; } = new();

    /// <summary>Observed state.</summary>
    public WorkloadStatus Status { get; set; } = new();

    /// <summary>The container with this name, or null.</summary>
    public WorkloadContainer? Container(string name) => (Spec.Template.Spec.Containers ?? []).Find(container => container.Name == name);

    /// <summary>Desired state.</summary>
    internal sealed record WorkloadSpec
    {
        /// <summary>Desired pods of a Deployment.</summary>
        public int? Replicas { get; set; }

        /// <summary>Pod template.</summary>
        public PodTemplate Template { get; set; } = new();
    }

    /// <summary>A pod template.</summary>
    internal sealed record PodTemplate
    {
        /// <summary>Labels of the pods.</summary>
        public ObjectMeta Metadata { get; set; } = new();

        /// <summary>Their specification.</summary>
        public WorkloadPodSpec Spec { get; set; } = new();
    }

    /// <summary>Counts of both kinds; those of the other kind are absent.</summary>
    internal sealed record WorkloadStatus
    {
        /// <summary>Available pods of a Deployment.</summary>
        public int AvailableReplicas { get; set; }

        /// <summary>Nodes that should have a pod of a DaemonSet.</summary>
        public int DesiredNumberScheduled { get; set; }

        /// <summary>Nodes that have such a pod.</summary>
        public int CurrentNumberScheduled { get; set; }

        /// <summary>Nodes on which the pod is ready.</summary>
        public int NumberReady { get; set; }
    }
}

/// <summary>The part of a pod's specification that is read.</summary>
internal sealed record WorkloadPodSpec
{
    /// <summary>The node that the pod runs on.</summary>
    public string? NodeName { get; set; }

    /// <summary>Its containers.</summary>
    public List<WorkloadContainer>? Containers { get; set; }

    /// <summary>Its volumes.</summary>
    public List<Volume>? Volumes { get; set; }

    /// <summary>Claims that it uses.</summary>
    public List<ClaimUse>? ResourceClaims { get; set; }

    /// <summary>A claim that a pod uses.</summary>
    internal sealed record ClaimUse
    {
        /// <summary>Name of a claim that exists on its own; null for one made from a template.</summary>
        public string? ResourceClaimName { get; set; }
    }

    /// <summary>A volume.</summary>
    internal sealed record Volume
    {
        /// <summary>Its name.</summary>
        public string Name { get; set; } = "";

        /// <summary>Set for a hostPath volume.</summary>
        public HostFolder? HostPath { get; set; }
    }

    /// <summary>A path on the host.</summary>
    internal sealed record HostFolder
    {
        /// <summary>The path.</summary>
        public string Path { get; set; } = "";
    }
}

/// <summary>The part of a container that is read.</summary>
internal sealed record WorkloadContainer
{
    /// <summary>Its name.</summary>
    public string Name { get; set; } = "";

    /// <summary>Its image.</summary>
    public string Image { get; set; } = "";

    /// <summary>Its environment.</summary>
    public List<Variable>? Env { get; set; }

    /// <summary>Ports that it listens on.</summary>
    public List<Port>? Ports { get; set; }

    /// <summary>What it requests.</summary>
    public Demand? Resources { get; set; }

    /// <summary>Its privileges.</summary>
    public Security? SecurityContext { get; set; }

    /// <summary>The value of an environment variable, or null.</summary>
    public string? Value(string name) => (Env ?? []).Find(variable => variable.Name == name)?.Value;

    /// <summary>The tag of its image, without a digest; null when it has none.</summary>
    public string? Tag()
    {
        var image = Image.Split('@')[0];
        var colon = image.LastIndexOf(':');
        return colon > image.LastIndexOf('/') ? image[(colon + 1)..] : null;
    }

    /// <summary>A port.</summary>
    internal sealed record Port
    {
        /// <summary>Its name; null if it has none.</summary>
        public string? Name { get; set; }

        /// <summary>Its number.</summary>
        public int ContainerPort { get; set; }
    }

    /// <summary>Requested resources.</summary>
    internal sealed record Demand
    {
        /// <summary>Quantities by resource name.</summary>
        public Dictionary<string, string>? Requests { get; set; }
    }

    /// <summary>An environment variable.</summary>
    internal sealed record Variable
    {
        /// <summary>Its name.</summary>
        public string Name { get; set; } = "";

        /// <summary>Its literal value; absent for valueFrom.</summary>
        public string? Value { get; set; }
    }

    /// <summary>Privileges.</summary>
    internal sealed record Security
    {
        /// <summary>Whether the container is privileged.</summary>
        public bool? Privileged { get; set; }
    }
}

/// <summary>JSON serialization of these kinds.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(TimeConverter)]
)]
[JsonSerializable(typeof(Workload))]
[JsonSerializable(typeof(KubernetesList<Workload>))]
[JsonSerializable(typeof(ClusterPod))]
[JsonSerializable(typeof(KubernetesList<ClusterPod>))]
[JsonSerializable(typeof(ClusterNamespace))]
[JsonSerializable(typeof(KubernetesList<ClusterNamespace>))]
[JsonSerializable(typeof(NodePool))]
[JsonSerializable(typeof(KubernetesList<NodePool>))]
[JsonSerializable(typeof(ClusterNode))]
[JsonSerializable(typeof(KubernetesList<ClusterNode>))]
[JsonSerializable(typeof(ClusterClaim))]
[JsonSerializable(typeof(KubernetesList<ClusterClaim>))]
[JsonSerializable(typeof(AccessReview))]
[JsonSerializable(typeof(KubernetesList<AccessReview>))]
internal sealed partial class ClusterJson : JsonSerializerContext;
