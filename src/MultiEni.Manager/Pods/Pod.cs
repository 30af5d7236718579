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
    /// Whether none of its containers runs any more. The kubelet reports a final phase only then; others, such as the garbage collector of pods, set
    /// it on pods of nodes that they cannot reach, so the containers have to say it too.
    /// </summary>
    [JsonIgnore]
    public bool HasFinished =>
        Status is { Phase: "Succeeded" or "Failed" }
        && (Status.ContainerStatuses ?? [])
            .Concat(Status.InitContainerStatuses ?? [])
            .Concat(Status.EphemeralContainerStatuses ?? [])
            .All(container => container.State?.Running is null);

    /// <summary>Whether a container asks for an extended resource; only those have a slash in their names.</summary>
    [JsonIgnore]
    public bool RequestsDevices => (Spec?.Containers ?? []).Concat(Spec?.InitContainers ?? []).Any(container => container.RequestsDevices);
}
