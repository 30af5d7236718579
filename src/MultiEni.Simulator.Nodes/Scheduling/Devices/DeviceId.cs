using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Nodes.Scheduling.Devices;

/// <summary>What tells a device from all others.</summary>
internal readonly record struct DeviceId(string Driver, string Pool, string Name)
{
    /// <summary>
    /// The devices that claims hold; those for administration are held by nobody.
    /// </summary>
    internal static IEnumerable<DeviceId> HeldBy(JsonObject claim) =>
        (claim["status"]?["allocation"]?["devices"]?["results"] as JsonArray ?? [])
            .OfType<JsonObject>()
            .Where(static result => result["adminAccess"]?.GetValue<bool>() is not true)
            .Select(static result => new DeviceId(Text("driver", result), Text("pool", result), Text("device", result)));

    public override string ToString() => $"{Driver}/{Pool}/{Name}";

    private static string Text(string field, JsonObject result) => result[field]?.GetValue<string>() ?? "";
}
