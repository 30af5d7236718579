using System.Text.Json;

namespace MultiEni.Manager.Pods;

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
