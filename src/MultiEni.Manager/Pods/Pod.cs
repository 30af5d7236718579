using System.Text.Json;
using System.Text.Json.Serialization;
using MultiEni.Api.Kubernetes;

namespace MultiEni.Manager.Pods;

/// <summary>A pod, cut down to what tells whose it is and which devices it asked for.</summary>
internal sealed record Pod : IKubernetesObject
{
    /// <inheritdoc />
    public string? ApiVersion { get; set; }

    /// <inheritdoc />
    public string? Kind { get; set; }

    /// <inheritdoc />
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>What was asked for.</summary>
    public PodSpec? Spec { get; set; }

    /// <summary>What is the case.</summary>
    public PodStatus? Status { get; set; }

    /// <summary>
    /// Whether none of its containers runs any more. The kubelet reports a final phase only then;
    /// others, such as the garbage collector of pods, set it on pods of nodes that they cannot
    /// reach, so the containers have to say it too.
    /// </summary>
    [JsonIgnore]
    public bool HasFinished =>
        Status is { Phase: "Succeeded" or "Failed" }
        && (Status.ContainerStatuses ?? [])
            .Concat(Status.InitContainerStatuses ?? [])
            .Concat(Status.EphemeralContainerStatuses ?? [])
            .All(container => container.State?.Running is null);

    /// <summary>
    /// Whether a container asks for an extended resource; only those have a slash in their names.
    /// </summary>
    [JsonIgnore]
    public bool RequestsDevices => (Spec?.Containers ?? []).Concat(Spec?.InitContainers ?? []).Any(container => container.RequestsDevices);
}

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

/// <summary>The part of a pod's status that is read.</summary>
internal sealed record PodStatus
{
    /// <summary>
    /// <c>Pending</c>, <c>Running</c>, <c>Succeeded</c>, <c>Failed</c> or <c>Unknown</c>.
    /// </summary>
    public string? Phase { get; set; }

    /// <summary>Its containers.</summary>
    public List<PodContainerStatus>? ContainerStatuses { get; set; }

    /// <summary>The containers that run before.</summary>
    public List<PodContainerStatus>? InitContainerStatuses { get; set; }

    /// <summary>Containers that were added for debugging.</summary>
    public List<PodContainerStatus>? EphemeralContainerStatuses { get; set; }
}

/// <summary>The part of a container that is read.</summary>
internal sealed record PodContainer
{
    /// <summary>What it asks for.</summary>
    public PodResources? Resources { get; set; }

    /// <summary>Its program, when not that of the image.</summary>
    public List<string>? Command { get; set; }

    /// <summary>Its arguments.</summary>
    public List<string>? Args { get; set; }

    /// <summary>What it sees of the pod's volumes.</summary>
    public List<PodVolumeMount>? VolumeMounts { get; set; }

    /// <summary>
    /// Whether it asks for an extended resource, such as <c>intel.com/dpdk_1</c>.
    /// </summary>
    [JsonIgnore]
    public bool RequestsDevices =>
        (Resources?.Limits?.Keys ?? Enumerable.Empty<string>())
            .Concat(Resources?.Requests?.Keys ?? Enumerable.Empty<string>())
            .Any(name => name.Contains('/'));
}

/// <summary>The part of a container's status that is read.</summary>
internal sealed record PodContainerStatus
{
    /// <summary>What it is doing; absent when nothing is known.</summary>
    public PodContainerState? State { get; set; }
}

/// <summary>What a container is doing, cut down to whether it runs.</summary>
internal sealed record PodContainerState
{
    /// <summary>Set while it runs.</summary>
    public JsonElement? Running { get; set; }
}

/// <summary>Quantities by resource name.</summary>
internal sealed record PodResources
{
    /// <summary>What is reserved.</summary>
    public Dictionary<string, string>? Requests { get; set; }

    /// <summary>What may be used.</summary>
    public Dictionary<string, string>? Limits { get; set; }
}

/// <summary>A volume of a pod, cut down to where it comes from.</summary>
internal sealed record PodVolume
{
    /// <summary>Its name.</summary>
    public string Name { get; set; } = "";

    /// <summary>Set when it is a folder or file of the host.</summary>
    public JsonElement? HostPath { get; set; }

    /// <summary>Set when it is a ConfigMap.</summary>
    public JsonElement? ConfigMap { get; set; }
}

/// <summary>Where a container sees a volume.</summary>
internal sealed record PodVolumeMount
{
    /// <summary>The volume.</summary>
    public string Name { get; set; } = "";

    /// <summary>Where it is in the container.</summary>
    public string MountPath { get; set; } = "";
}

/// <summary>How pods are read.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(TimeConverter)]
)]
[JsonSerializable(typeof(Pod))]
[JsonSerializable(typeof(KubernetesList<Pod>))]
internal sealed partial class PodJson : JsonSerializerContext;
