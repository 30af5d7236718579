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
        if (PluginEntry.Text(entry, "deviceType") is not (null or "" or NetDevice))
        {
            return false;
        }

        try
        {
            return PluginEntry.Value(entry, "selectors") switch
            {
                JsonObject selector => Matches(selector, device),
                // All of them are read before any is used, so that one of a wrong type loses the
                // entry.
                JsonArray selectors => selectors.Select(selector => Matches(AsObject(selector), device)).ToList().Contains(true),
                _ => false,
            };
        }
        catch (FormatException)
        {
            // The plugin leaves out an entry whose selectors it cannot read, and goes on.
            return false;
        }
    }

    private static bool Matches(JsonObject selector, OfferedDevice device)
    {
        var link = DpdkDrivers.Contains(device.Driver) ? "" : LinkType;
        return new[]
        {
            Admits(selector, "vendors", device.Ids.Vendor),
            Admits(selector, "devices", device.Ids.Device),
            Admits(selector, "drivers", device.Driver),
            Admits(selector, "pciAddresses", device.Address.ToString()),
            Admits(selector, "linkTypes", link),
            ListsThatMatchNoEni.All(list => Texts(selector, list).Count == 0),
            !Flag(selector, "isRdma"),
            Text(selector, "vdpaType").Length == 0,
        }.All(admits => admits);
    }

    // An empty or absent list is no filter.
    private static bool Admits(JsonObject selector, string list, string value) =>
        Texts(selector, list) is var wanted && (wanted.Count == 0 || wanted.Contains(value, StringComparer.Ordinal));

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
}
