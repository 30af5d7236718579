using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Nodes.Scheduling.Devices;

/// <summary>A device that a node can use.</summary>
/// <param name="Id">Which.</param>
/// <param name="Json">The device, as in its slice.</param>
/// <param name="Place">
/// Where <c>nodeName</c>, <c>nodeSelector</c> or <c>allNodes</c> of it stand: in the slice's
/// specification or in the device.
/// </param>
internal sealed record OfferedDevice(DeviceId Id, JsonObject Json, JsonObject Place)
{
    /// <summary>The taints that keep new pods away.</summary>
    internal IReadOnlyList<NodeTaint> Taints { get; } =
    [
        .. (Json["taints"] as JsonArray ?? [])
            .OfType<JsonObject>()
            .Select(static taint => new NodeTaint(
                taint["key"]?.GetValue<string>() ?? "",
                taint["value"]?.GetValue<string>() ?? "",
                taint["effect"]?.GetValue<string>() ?? ""
            ))
            .Where(static taint => taint.Effect is "NoSchedule" or "NoExecute"),
    ];

    /// <summary>
    /// Whether a pod that uses it has to wait for conditions in its claim's status.
    /// </summary>
    internal bool HasBindingConditions => Json["bindingConditions"] is JsonArray { Count: > 0 };

    /// <summary>Whether it can be used on no other node, at least once it is given away.</summary>
    internal bool IsForOneNode => Place["nodeName"]?.GetValue<string>() is { Length: > 0 } || Json["bindsToNode"]?.GetValue<bool>() is true;

    /// <summary>
    /// Whether it is of a kind that several claims share or that takes from counters, which is not
    /// known here.
    /// </summary>
    internal bool IsShared => Json["allowMultipleAllocations"]?.GetValue<bool>() is true || Json["consumesCounters"] is JsonArray { Count: > 0 };

    /// <summary>
    /// An attribute by its name with domain; null when the device has none. Those without a domain
    /// have the driver's.
    /// </summary>
    internal JsonNode? Attribute(string name)
    {
        var attributes = Json["attributes"];
        var own = Id.Driver + "/";
        return attributes?[name] ?? (name.StartsWith(own, StringComparison.Ordinal) ? attributes?[name[own.Length..]] : null);
    }
}
