using System.Globalization;

namespace MultiEni.Manager.Pods;

/// <summary>The part of a container that is read.</summary>
public sealed record PodContainer
{
    /// <summary>What it asks for.</summary>
    public PodResources? Resources { get; set; }

    /// <summary>Its program, when not that of the image.</summary>
    public List<string>? Command { get; set; }

    /// <summary>Its arguments.</summary>
    public List<string>? Args { get; set; }

    /// <summary>What it sees of the pod's volumes.</summary>
    public List<PodVolumeMount>? VolumeMounts { get; set; }

    /// <summary>How many of an extended resource; requests and limits of those are equal, and one may be left out.</summary>
    public long Requests(string resource) =>
        (Resources?.Limits?.TryGetValue(resource, out var text) == true || Resources?.Requests?.TryGetValue(resource, out text) == true)
        && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? count
            : 0;
}
