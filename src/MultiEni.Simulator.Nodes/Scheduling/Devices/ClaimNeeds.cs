using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Nodes.Scheduling.Devices;

/// <summary>What a claim asks for.</summary>
/// <param name="Requests">Each with its alternatives, the best first.</param>
/// <param name="Constraints">As in the claim.</param>
internal sealed record ClaimNeeds(IReadOnlyList<IReadOnlyList<AskedDevices>> Requests, IReadOnlyList<JsonObject> Constraints)
{
    /// <summary>Whether the devices that the claim would have satisfy its constraints.</summary>
    internal bool Allows(IReadOnlyList<GivenDevice> devices) => Constraints.All(constraint => Allows(constraint, devices));

    private static bool Allows(JsonObject constraint, IReadOnlyList<GivenDevice> devices)
    {
        var match = constraint["matchAttribute"]?.GetValue<string>();
        var attribute = match ?? constraint["distinctAttribute"]?.GetValue<string>() ?? "";
        var values = devices
            .Where(device => device.For.IsAmong(constraint["requests"] as JsonArray))
            .Select(device => device.Device.Attribute(attribute)?.ToJsonString())
            .ToList();
        var different = values.Distinct(StringComparer.Ordinal).Count();
        return !values.Contains(null) && (match is null ? different == values.Count : different <= 1);
    }
}
