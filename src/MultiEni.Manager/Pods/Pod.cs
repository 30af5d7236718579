using MultiEni.Api.Kubernetes;

namespace MultiEni.Manager.Pods;

/// <summary>A pod, cut down to what tells whose it is and which devices it asked for.</summary>
public sealed record Pod : IKubernetesObject
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

    /// <summary>Whether its containers may still hold devices.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool HoldsDevices => Status?.Phase is not ("Succeeded" or "Failed");

    /// <summary>How many of a resource its containers ask for: the sum of the containers, or the largest init container if that is more.</summary>
    public long Requests(string resource)
    {
        var running = (Spec?.Containers ?? []).Sum(container => container.Requests(resource));
        var starting = (Spec?.InitContainers ?? []).Select(container => container.Requests(resource)).DefaultIfEmpty().Max();
        return Math.Max(running, starting);
    }
}
