using System.Text.Json.Nodes;
using MultiEni.Manager.Host;

namespace MultiEni.Manager.Publishing;

/// <summary>
/// Entries that the existing Go controller, or somebody after its documentation, left in the file.
/// The documented form is refused by every version of the plugin
/// (docs/reference/sriov-device-plugin.md#legacy-entries); it is read and never written.
/// </summary>
internal static class LegacyEntry
{
    private static readonly string[] PredecessorKeys = ["resourcePrefix", "resourceName", "selectors"];
    private static readonly string[] PredecessorSelectors = ["drivers", "pciAddresses", "vendors", "devices"];

    /// <summary>
    /// An entry of the documented form in the form that the plugin takes, without our devices; null
    /// when it is not of that form.
    /// </summary>
    public static JsonObject? Migrate(JsonNode entry, IReadOnlyList<OfferedDevice> ours)
    {
        if (entry is not JsonObject legacy || !IsDocumented(legacy))
        {
            return null;
        }

        if (!ResourceName.TryParse(PluginEntry.NameOf(legacy), null, out var resource))
        {
            return null;
        }

        var devices = Devices(legacy).Where(device => !ours.Any(own => own.Address == device.Address)).ToList();
        var selectors = new JsonObject();
        var drivers = PluginEntry.List(devices.Where(device => device.Driver is not null).Select(device => device.Driver!));
        if (drivers.Count > 0)
        {
            selectors["drivers"] = drivers;
        }

        selectors["pciAddresses"] = PluginEntry.List(devices.Select(device => device.Address.ToString()));
        return PluginEntry.Entry(resource, selectors);
    }

    /// <summary>
    /// Whether an entry of either old form is about no other devices than ours, or about none at
    /// all.
    /// </summary>
    public static bool NamesOnly(JsonObject entry, IReadOnlyList<OfferedDevice> ours) =>
        (IsDocumented(entry) || IsPredecessors(entry))
        && Devices(entry) is var devices
        && devices.All(device => ours.Any(own => own.Address == device.Address))
        && (devices.Count > 0 || IsDocumented(entry));

    /// <summary>
    /// Whether an entry is one that the Go controller wrote: selectors as a list, of addresses and
    /// drivers, and no other key.
    /// </summary>
    public static bool IsPredecessors(JsonObject entry) =>
        entry.All(pair => PredecessorKeys.Contains(pair.Key, StringComparer.Ordinal))
        && entry["selectors"] is JsonArray { Count: 1 } selectors
        && selectors[0] is JsonObject selector
        && selector.ContainsKey("pciAddresses")
        && selector.All(pair => PredecessorSelectors.Contains(pair.Key, StringComparer.Ordinal));

    /// <summary>
    /// Whether an entry is what the Go controller wrote in place of nothing
    /// (docs/reference/go-controller.md#device-plugin-file).
    /// </summary>
    public static bool IsPlaceholder(JsonObject entry) =>
        PluginEntry.NameOf(entry) is "intel.com/sriov_placeholder" or "intel.com/placeholder"
        && entry["selectors"] is JsonArray { Count: 1 } selectors
        && selectors[0] is JsonObject selector
        && (
            PluginEntry.Texts(selector["drivers"]).Contains("placeholder", StringComparer.Ordinal)
            || PluginEntry.Texts(selector["devices"]).Contains("0000", StringComparer.Ordinal)
        );

    // The documented form has a list of device objects where selectors belong. One whose addresses
    // cannot be read says something that would be lost.
    private static bool IsDocumented(JsonObject entry) =>
        entry["devices"] is JsonArray devices
        && !entry.ContainsKey("selectors")
        && devices.All(device => device is JsonObject known && PciAddress.TryParse(PluginEntry.Text(known, "pciAddress"), out _));

    private static List<(PciAddress Address, string? Driver)> Devices(JsonObject entry)
    {
        var devices = new List<(PciAddress, string?)>();
        foreach (var device in (entry["devices"] as JsonArray ?? []).OfType<JsonObject>())
        {
            if (PciAddress.TryParse(PluginEntry.Text(device, "pciAddress"), out var address))
            {
                devices.Add((address, PluginEntry.Text(device, "driver")));
            }
        }

        foreach (var selector in (entry["selectors"] as JsonArray ?? []).OfType<JsonObject>())
        {
            foreach (var text in PluginEntry.Texts(selector["pciAddresses"]))
            {
                if (PciAddress.TryParse(text, out var address))
                {
                    devices.Add((address, null));
                }
            }
        }

        return devices;
    }
}
