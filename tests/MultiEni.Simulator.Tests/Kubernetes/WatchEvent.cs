using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Tests.Kubernetes;

internal sealed record WatchEvent(string Type, JsonObject Object)
{
    public string Name => Object["metadata"]?["name"]?.GetValue<string>() ?? "";

    public string Version => Object["metadata"]?["resourceVersion"]?.GetValue<string>() ?? "";
}
