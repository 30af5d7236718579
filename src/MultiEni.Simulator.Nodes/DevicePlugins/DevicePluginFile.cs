using System.Text.Json;
using System.Text.RegularExpressions;

namespace MultiEni.Simulator.Nodes.DevicePlugins;

/// <summary>
/// Reads the plugin's file as the plugin does: a Go decoder (keys in any case, unknown ones
/// ignored, null is nothing), then its own checks in its own order
/// (docs/reference/sriov-device-plugin.md#file-format,
/// docs/reference/sriov-device-plugin.md#what-is-refused).
/// </summary>
internal sealed partial class DevicePluginFile
{
    private static readonly string[] DeviceTypes = ["netDevice", "accelerator", "auxNetDevice"];

    private static readonly string[] ListsThatMatchNoInterface = ["pfNames", "rootDevices", "acpiIndexes", "ddpProfiles", "pKeys", "auxTypes"];

    private readonly List<string> _log = [];
    private readonly List<ResourcePool> _pools = [];
    private readonly DevicePluginRelease _release;

    private DevicePluginFile(DevicePluginRelease release) => _release = release;

    internal IReadOnlyList<string> Log => _log;

    internal IReadOnlyList<ResourcePool> Pools => _pools;

    /// <summary>The pools of a file, or how the plugin ends on it.</summary>
    internal static (DevicePluginFile File, DevicePluginRun.Crashed? Crash) Read(string? text, DevicePluginRelease release)
    {
        var file = new DevicePluginFile(release);
        try
        {
            return (file, file.Read(text));
        }
        catch (Exception malformed) when (malformed is JsonException or FormatException)
        {
            return (file, file.Crash(0, $"error unmarshalling raw bytes {malformed.Message} please make sure the config is in json format"));
        }
    }

    private DevicePluginRun.Crashed? Read(string? text)
    {
        if (text is null)
        {
            return Crash(0, "error reading file /etc/pcidp/config.json");
        }

        using var document = JsonDocument.Parse(text);
        foreach (var entry in Items(Field(Object(document.RootElement), "resourceList")))
        {
            if (ReadEntry(Object(entry)) is { } crash)
            {
                return crash;
            }
        }

        return _pools.Count == 0 ? Crash(0, "no resource configuration; exiting") : CheckNames();
    }

    private DevicePluginRun.Crashed? ReadEntry(JsonElement entry)
    {
        var type = Text(Field(entry, "deviceType")) is { Length: > 0 } given ? given : "netDevice";
        var pool = new ResourcePool(Text(Field(entry, "resourcePrefix")), Text(Field(entry, "resourceName")), type, []);
        if (!DeviceTypes.Contains(type, StringComparer.Ordinal))
        {
            return Crash(0, $"error getting resources from file unsupported deviceType:  \"{type}\"");
        }

        if (Field(entry, "selectors") is not { ValueKind: not JsonValueKind.Null } selectors)
        {
            return Crash(2, "panic: runtime error: invalid memory address or nil pointer dereference");
        }

        try
        {
            _pools.Add(pool with { Selectors = ReadSelectors(selectors) });
        }
        catch (FormatException wrong)
        {
            _log.Add($"unable to get SelectorObj from selectors list:'{selectors.GetRawText()}' for deviceType: {type} error: {wrong.Message}");
        }

        return null;
    }

    private List<DeviceSelector> ReadSelectors(JsonElement selectors)
    {
        if (selectors.ValueKind == JsonValueKind.Object)
        {
            return [ReadSelector(selectors)];
        }

        if (selectors.ValueKind != JsonValueKind.Array || _release == DevicePluginRelease.V35)
        {
            throw new FormatException("error unmarshalling NetDevice selector bytes json: cannot unmarshal array into Go value");
        }

        return selectors.GetArrayLength() == 0
            ? throw new FormatException("error, need at least one selector, got 0")
            : [.. selectors.EnumerateArray().Select(static selector => ReadSelector(Object(selector)))];
    }

    private static DeviceSelector ReadSelector(JsonElement selector)
    {
        var matchesNone = ListsThatMatchNoInterface.Any(list => Texts(Field(selector, list)).Count > 0);
        matchesNone |= Field(selector, "isRdma") is { } rdma && Flag(rdma);
        matchesNone |= Text(Field(selector, "vdpaType")).Length > 0;
        return new DeviceSelector(
            Texts(Field(selector, "vendors")),
            Texts(Field(selector, "devices")),
            Texts(Field(selector, "drivers")),
            Texts(Field(selector, "pciAddresses")),
            Texts(Field(selector, "linkTypes")),
            matchesNone
        );
    }

    private DevicePluginRun.Crashed? CheckNames()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var pool in _pools)
        {
            if (!ResourceName().IsMatch(pool.Name) || (_release == DevicePluginRelease.V35 && pool.Name.Contains('-', StringComparison.Ordinal)))
            {
                _log.Add($"resource name \"{pool.Name}\" contains invalid characters");
                return Crash(1, "Exiting.. one or more invalid configuration(s) given");
            }

            if (!seen.Add(pool.FullName))
            {
                _log.Add($"resource name \"{pool.FullName}\" already exists");
                return Crash(1, "Exiting.. one or more invalid configuration(s) given");
            }
        }

        return null;
    }

    private DevicePluginRun.Crashed Crash(int exitCode, string line)
    {
        _log.Add(line);
        return new DevicePluginRun.Crashed(_log, exitCode);
    }

    private static JsonElement Object(JsonElement element) =>
        element.ValueKind is JsonValueKind.Object or JsonValueKind.Null
            ? element
            : throw new FormatException($"json: cannot unmarshal {element.ValueKind} into Go value");

    private static JsonElement? Field(JsonElement entry, string name)
    {
        JsonElement? found = null;
        if (entry.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in entry.EnumerateObject())
            {
                if (string.Equals(property.Name, name, StringComparison.OrdinalIgnoreCase))
                {
                    found = property.Value;
                }
            }
        }

        return found;
    }

    private static JsonElement.ArrayEnumerator Items(JsonElement? list) =>
        list switch
        {
            null or { ValueKind: JsonValueKind.Null } => default,
            { ValueKind: JsonValueKind.Array } items => items.EnumerateArray(),
            _ => throw new FormatException("json: cannot unmarshal into Go value of type slice"),
        };

    private static List<string> Texts(JsonElement? list) => [.. Items(list).Select(static item => Text(item))];

    private static string Text(JsonElement? value) =>
        value switch
        {
            null or { ValueKind: JsonValueKind.Null } => "",
            { ValueKind: JsonValueKind.String } text => text.GetString()!,
            _ => throw new FormatException("json: cannot unmarshal into Go value of type string"),
        };

    private static bool Flag(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False or JsonValueKind.Null => false,
            _ => throw new FormatException("json: cannot unmarshal into Go value of type bool"),
        };

    [GeneratedRegex("^[a-zA-Z0-9_-]+$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ResourceName();
}
