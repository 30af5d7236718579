using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Nodes.Scheduling;

/// <summary>A toleration of a pod. Empty fields tolerate everything.</summary>
internal sealed record Toleration(string Key, bool AnyValue, string Value, string Effect)
{
    internal static Toleration Of(JsonObject toleration) =>
        new(
            toleration["key"]?.GetValue<string>() ?? "",
            toleration["operator"]?.GetValue<string>() == "Exists",
            toleration["value"]?.GetValue<string>() ?? "",
            toleration["effect"]?.GetValue<string>() ?? ""
        );

    internal bool Bears(NodeTaint taint) =>
        (Key.Length == 0 || Key == taint.Key) && (Effect.Length == 0 || Effect == taint.Effect) && (AnyValue || Value == taint.Value);
}
