using System.Text.Json;

namespace MultiEni.Manager.Pods;

/// <summary>What a container is doing, cut down to whether it runs.</summary>
internal sealed record PodContainerState
{
    /// <summary>Set while it runs.</summary>
    public JsonElement? Running { get; set; }
}
