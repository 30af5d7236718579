using System.Text.Json.Serialization;

namespace MultiEni.Manager.Pods;

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

    /// <summary>Whether it asks for an extended resource, such as <c>intel.com/dpdk_1</c>.</summary>
    [JsonIgnore]
    public bool RequestsDevices =>
        (Resources?.Limits?.Keys ?? Enumerable.Empty<string>())
            .Concat(Resources?.Requests?.Keys ?? Enumerable.Empty<string>())
            .Any(name => name.Contains('/'));
}
