using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Nodes.Scheduling.Devices;

/// <summary>The devices of a pool that a node can use.</summary>
/// <param name="Driver">Whose pool it is.</param>
/// <param name="Name">Its name, unique for the driver.</param>
/// <param name="Devices">In the order of the slices.</param>
/// <param name="Trouble">Why nothing may be taken from it now; null when all is well.</param>
internal sealed record DevicePool(string Driver, string Name, IReadOnlyList<OfferedDevice> Devices, string? Trouble)
{
    /// <summary>
    /// The pools of a node: first those whose devices can be used at once. Slices of old
    /// generations do not count.
    /// </summary>
    internal static IReadOnlyList<DevicePool> Of(NodeOffer node, IEnumerable<JsonObject> slices) =>
        [
            .. slices
                .Select(static slice => slice["spec"] as JsonObject ?? [])
                .Where(spec => IsFor(spec, node))
                .GroupBy(static spec => (Driver: spec["driver"]?.GetValue<string>() ?? "", Name: spec["pool"]?["name"]?.GetValue<string>() ?? ""))
                .Select(pool => Read(pool.Key.Driver, pool.Key.Name, [.. pool], node))
                .OrderBy(static pool => pool.Devices.Any(static device => device.HasBindingConditions))
                .ThenBy(static pool => pool.Driver, StringComparer.Ordinal)
                .ThenBy(static pool => pool.Name, StringComparer.Ordinal),
        ];

    private static DevicePool Read(string driver, string name, List<JsonObject> specs, NodeOffer node)
    {
        var newest = specs.Max(Generation);
        var current = specs.FindAll(spec => Generation(spec) == newest);
        var devices = current.SelectMany(spec => DevicesOf(spec).Select(device => (Spec: spec, Device: device))).ToList();
        var names = devices.Select(static entry => entry.Device["name"]?.GetValue<string>() ?? "").ToList();
        return new DevicePool(
            driver,
            name,
            [
                .. devices
                    .Zip(names, (entry, own) => new OfferedDevice(new DeviceId(driver, name, own), entry.Device, PlaceOf(entry.Spec, entry.Device)))
                    .Where(device => NodeMatch.Has(device.Place, node)),
            ],
            current.Count != Integer(current[0], "resourceSliceCount") ? "is currently being updated"
                : names.Distinct(StringComparer.Ordinal).Count() != names.Count ? "is currently invalid"
                : null
        );
    }

    private static bool IsFor(JsonObject spec, NodeOffer node) =>
        ChoosesPerDevice(spec) ? DevicesOf(spec).Any(device => NodeMatch.Has(device, node)) : NodeMatch.Has(spec, node);

    private static JsonObject PlaceOf(JsonObject spec, JsonObject device) => ChoosesPerDevice(spec) ? device : spec;

    private static bool ChoosesPerDevice(JsonObject spec) => spec["perDeviceNodeSelection"]?.GetValue<bool>() is true;

    private static IEnumerable<JsonObject> DevicesOf(JsonObject spec) => (spec["devices"] as JsonArray ?? []).OfType<JsonObject>();

    private static long Generation(JsonObject spec) => Integer(spec, "generation");

    private static long Integer(JsonObject spec, string field) => spec["pool"]?[field]?.GetValue<long>() ?? 0;
}
