using System.Text.Json;
using System.Text.Json.Nodes;

namespace MultiEni.Manager.Publishing;

/// <summary>
/// One entry of the device plugin's file: built, named, and checked as the plugin does (docs/reference/sriov-device-plugin.md#file-format,
/// docs/reference/sriov-device-plugin.md#what-is-refused, docs/reference/sriov-device-plugin.md#entry-of-an-eni).
/// </summary>
internal static class PluginEntry
{
    /// <summary>An entry that matches nothing: without any entry the plugin would restart for ever.</summary>
    public const string GuardName = "intel.com/eni_manager_guard";

    private const string DefaultPrefix = "intel.com";
    private static readonly string[] TextKeys = ["resourcePrefix", "resourceName", "deviceType"];

    /// <summary>One entry for each resource, addresses sorted. Several entries of one name are fatal to the plugin.</summary>
    public static IEnumerable<JsonNode> Build(IEnumerable<OfferedDevice> devices) =>
        devices
            .GroupBy(device => device.Resource)
            .OrderBy(group => group.Key.ToString(), StringComparer.Ordinal)
            .Select(group => Entry(group.Key, [.. group]));

    /// <summary>The guard.</summary>
    public static JsonObject Guard() =>
        Entry(
            ResourceName.Parse(GuardName),
            new JsonObject
            {
                ["vendors"] = new JsonArray("1d0f"),
                ["devices"] = new JsonArray("ec20"),
                ["drivers"] = new JsonArray("vfio-pci"),
                ["pciAddresses"] = new JsonArray("ffff:ff:1f.7"),
            }
        );

    /// <summary>Whether an entry is the guard.</summary>
    public static bool IsGuard(JsonObject entry) => NameOf(entry) == GuardName;

    /// <summary>The resource that an entry makes: the plugin's default prefix where it has none.</summary>
    public static string NameOf(JsonObject entry)
    {
        var prefix = Text(entry, "resourcePrefix");
        var name = Text(entry, "resourceName") ?? "";
        return !string.IsNullOrEmpty(prefix) ? $"{prefix}/{name}"
            : name.Contains('/') ? name
            : $"{DefaultPrefix}/{name}";
    }

    /// <summary>Whether an entry selects, by address, devices of ours and no others: then it is ours even if the record of that was lost.</summary>
    public static bool SelectsOnly(JsonObject entry, IReadOnlyList<OfferedDevice> ours)
    {
        var addresses = Value(entry, "selectors") is JsonObject selectors ? Texts(Value(selectors, "pciAddresses")).ToList() : [];
        return addresses.Count > 0 && addresses.TrueForAll(address => ours.Any(own => own.Address.ToString() == address));
    }

    /// <summary>Why the plugin would not take the entry, or null.</summary>
    public static string? Problem(JsonNode? node)
    {
        if (node is not JsonObject entry)
        {
            return "an entry of its resourceList is not an object";
        }

        foreach (var key in TextKeys)
        {
            if (Value(entry, key) is { } value && value.GetValueKind() != JsonValueKind.String)
            {
                return $"the {key} of an entry is {value.ToJsonString()} and must be a text";
            }

            if (entry.Count(pair => string.Equals(pair.Key, key, StringComparison.OrdinalIgnoreCase)) > 1)
            {
                return $"an entry has {key} twice, in different spellings";
            }
        }

        var name = Text(entry, "resourceName");
        if (string.IsNullOrEmpty(name) || !name.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_'))
        {
            return $"the resourceName '{name}' must consist of letters, digits, hyphens and underscores; put what stands before a slash into resourcePrefix";
        }

        var type = Text(entry, "deviceType");
        if (type is not (null or "" or "netDevice" or "accelerator" or "auxNetDevice"))
        {
            return $"the deviceType '{type}' of {name} must be netDevice, accelerator or auxNetDevice, in this spelling";
        }

        return Value(entry, "selectors") switch
        {
            null => $"{name} has no selectors",
            JsonObject or JsonArray => null,
            _ => $"the selectors of {name} are neither an object nor a list",
        };
    }

    /// <summary>A resource that two entries name, or null.</summary>
    public static string? Duplicate(JsonArray entries) =>
        entries.OfType<JsonObject>().GroupBy(NameOf, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1)?.Key;

    /// <summary>A value under a key of any case. Of several spellings Go takes the last.</summary>
    public static JsonNode? Value(JsonObject entry, string key) =>
        entry.LastOrDefault(pair => string.Equals(pair.Key, key, StringComparison.OrdinalIgnoreCase)).Value;

    /// <summary>A text under a key of any case; null when it is missing or no text.</summary>
    public static string? Text(JsonObject entry, string key) =>
        Value(entry, key) is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;

    /// <summary>The texts of a list.</summary>
    public static IEnumerable<string> Texts(JsonNode? node) =>
        (node as JsonArray ?? [])
            .OfType<JsonValue>()
            .Where(value => value.GetValueKind() == JsonValueKind.String)
            .Select(value => value.GetValue<string>());

    /// <summary>
    /// An entry with the object form of selectors, the only one that old plugins read (docs/reference/sriov-device-plugin.md#entry-of-an-eni).
    /// </summary>
    public static JsonObject Entry(ResourceName resource, JsonObject selectors) =>
        new()
        {
            ["resourcePrefix"] = resource.Prefix,
            ["resourceName"] = resource.Name,
            ["deviceType"] = "netDevice",
            ["selectors"] = selectors,
        };

    /// <summary>A list of different texts in their order.</summary>
    public static JsonArray List(IEnumerable<string> values) =>
        new([.. values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(value => (JsonNode)JsonValue.Create(value))]);

    private static JsonObject Entry(ResourceName resource, IReadOnlyList<OfferedDevice> devices) =>
        Entry(
            resource,
            new JsonObject
            {
                ["vendors"] = List(devices.Select(device => device.Ids.Vendor)),
                ["devices"] = List(devices.Select(device => device.Ids.Device)),
                ["drivers"] = List(devices.Select(device => device.Driver)),
                ["pciAddresses"] = List(devices.Select(device => device.Address.ToString())),
            }
        );
}
