using System.Text.Json;
using System.Text.Json.Nodes;
using MultiEni.Api.NodeEnis;

namespace MultiEni.Manager.Publishing;

/// <summary>
/// Which entry of its file the SR-IOV device plugin gives a device to: the first one with a
/// selector that matches it, in the order of the list
/// (docs/reference/sriov-device-plugin.md#file-format). A later entry goes without ("Cannot add
/// device. Already allocated.").
/// </summary>
internal static class PluginSelection
{
    private const string NetDevice = "netDevice";

    // Of a kernel driver's interface; a device without one has no link type (netlink's
    // encapsulation type).
    private const string LinkType = "ether";

    // They ask for a parent function, a firmware profile or an InfiniBand partition, and an ENI has
    // none of them.
    private static readonly string[] ListsThatMatchNoEni = ["pfNames", "rootDevices", "acpiIndexes", "ddpProfiles", "pKeys"];

    /// <summary>
    /// The first of the entries that selects the device, by its place in the list; null when none
    /// does.
    /// </summary>
    public static ForeignEntry? First(IReadOnlyList<JsonNode?> entries, OfferedDevice device)
    {
        for (var index = 0; index < entries.Count; index++)
        {
            if (entries[index] is JsonObject entry && Selects(entry, device))
            {
                return new ForeignEntry(index, PluginEntry.NameOf(entry));
            }
        }

        return null;
    }

    /// <summary>Whether an entry selects the device, whatever stands before it.</summary>
    public static bool Selects(JsonObject entry, OfferedDevice device)
    {
        // An accelerator is of another PCI class, and an auxiliary device is none that could be
        // bound.
        return PluginEntry.Text(entry, "deviceType") is null or "" or NetDevice
            && Read(entry) is { } selectors
            && selectors.Exists(selector => selector.Matches(device));
    }

    /// <summary>
    /// Whether the plugin can read the entry's selectors. It leaves out an entry where it cannot,
    /// and with none left it exits (docs/reference/sriov-device-plugin.md#what-is-refused).
    /// </summary>
    public static bool IsReadable(JsonNode? node) => node is JsonObject entry && Read(entry) is not null;

    private static List<Selector>? Read(JsonObject entry)
    {
        try
        {
            return PluginEntry.Value(entry, "selectors") switch
            {
                JsonObject selector => [Selector.Read(selector)],
                JsonArray { Count: > 0 } selectors => [.. selectors.Select(selector => Selector.Read(AsObject(selector)))],
                _ => null,
            };
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static JsonObject AsObject(JsonNode? node) =>
        node switch
        {
            null => [],
            JsonObject known => known,
            _ => throw new FormatException("A selector is no object."),
        };

    private static List<string> Texts(JsonObject selector, string list) =>
        PluginEntry.Value(selector, list) switch
        {
            null => [],
            JsonArray items => [.. items.Select(AsText)],
            _ => throw new FormatException($"{list} is no list."),
        };

    private static string Text(JsonObject selector, string key) => AsText(PluginEntry.Value(selector, key));

    private static string AsText(JsonNode? node) =>
        node is null ? ""
        : node.GetValueKind() == JsonValueKind.String ? node.GetValue<string>()
        : throw new FormatException("A value is no text.");

    private static bool Flag(JsonObject selector, string key) =>
        PluginEntry.Value(selector, key)?.GetValueKind() switch
        {
            null or JsonValueKind.False => false,
            JsonValueKind.True => true,
            _ => throw new FormatException($"{key} is neither true nor false."),
        };

    private sealed record Selector(
        List<string> Vendors,
        List<string> Devices,
        List<string> Drivers,
        List<string> Addresses,
        List<string> LinkTypes,
        bool MatchesNoEni
    )
    {
        public static Selector Read(JsonObject selector) =>
            new(
                Texts(selector, "vendors"),
                Texts(selector, "devices"),
                Texts(selector, "drivers"),
                Texts(selector, "pciAddresses"),
                Texts(selector, "linkTypes"),
                // Not ended at the first that says so: one of a wrong type further on still loses
                // the entry.
                ListsThatMatchNoEni.Select(list => Texts(selector, list)).ToList().Exists(list => list.Count > 0)
                    | Flag(selector, "isRdma")
                    | (Text(selector, "vdpaType").Length > 0)
            );

        public bool Matches(OfferedDevice device) =>
            !MatchesNoEni
            && Admits(Vendors, device.Ids.Vendor)
            && Admits(Devices, device.Ids.Device)
            && Admits(Drivers, device.Driver)
            && Admits(Addresses, device.Address.ToString())
            && Admits(LinkTypes, DpdkDrivers.Contains(device.Driver) ? "" : LinkType);

        // An empty or absent list is no filter.
        private static bool Admits(List<string> wanted, string value) => wanted.Count == 0 || wanted.Contains(value, StringComparer.Ordinal);
    }
}
