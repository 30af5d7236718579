using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Nodes.Scheduling.Devices;

/// <summary>What a request of a claim asks for, or one of its alternatives.</summary>
/// <param name="Request">The request's name, with that of the alternative after a slash.</param>
/// <param name="Json">What is asked for, as in the claim.</param>
/// <param name="Class">The class that it names.</param>
internal sealed record AskedDevices(string Request, JsonObject Json, JsonObject Class)
{
    private readonly List<Toleration> _tolerations = [.. (Json["tolerations"] as JsonArray ?? []).OfType<JsonObject>().Select(Toleration.Of)];

    /// <summary>Whether all devices that match are asked for.</summary>
    internal bool IsAll => Json["allocationMode"]?.GetValue<string>() == "All";

    /// <summary>How many are asked for, unless all are.</summary>
    internal long Count => Json["count"]?.GetValue<long>() ?? 1;

    /// <summary>Whether devices that are in use will do.</summary>
    internal bool IsForAdministration => Json["adminAccess"]?.GetValue<bool>() is true;

    /// <summary>
    /// Whether a part of a device's capacity is asked for, which is not known here.
    /// </summary>
    internal bool AsksForCapacity => Json["capacity"] is not null;

    /// <summary>
    /// The expressions of the class and its own: a device has to match all of them.
    /// </summary>
    internal IReadOnlyList<string> Expressions { get; } = [.. ExpressionsOf(Class["spec"]), .. ExpressionsOf(Json)];

    /// <summary>Whether it bears the taints of a device.</summary>
    internal bool Tolerates(OfferedDevice device) => device.Taints.All(taint => _tolerations.Exists(toleration => toleration.Bears(taint)));

    /// <summary>
    /// Whether a constraint or a configuration that names requests is about this one; naming none
    /// is naming all.
    /// </summary>
    internal bool IsAmong(JsonArray? requests) =>
        requests is not { Count: > 0 }
        || requests.Any(name => name!.GetValue<string>() is var named && (named == Request || named == Request.Split('/')[0]));

    private static IEnumerable<string> ExpressionsOf(JsonNode? owner) =>
        (owner?["selectors"] as JsonArray ?? []).Select(static selector => selector?["cel"]?["expression"]?.GetValue<string>() ?? "");
}
