using System.Text.Json;
using System.Text.Json.Nodes;
using MultiEni.Api;
using MultiEni.Manager.Pods;
using MultiEni.Manager.Publishing.Embedded;
using MultiEni.Manager.Safety;

namespace MultiEni.Manager.Publishing;

/// <summary>
/// One entry of the device plugin's file: built, named, and checked as the plugin does
/// (docs/reference/sriov-device-plugin.md#file-format,
/// docs/reference/sriov-device-plugin.md#what-is-refused,
/// docs/reference/sriov-device-plugin.md#entry-of-an-eni).
/// </summary>
internal static class PluginEntry
{
    /// <summary>
    /// An entry that matches nothing: without any entry that it can read the plugin exits, again and
    /// again.
    /// </summary>
    public const string GuardName = "intel.com/eni_manager_guard";

    private const string DefaultPrefix = "intel.com";
    private static readonly string[] TextKeys = ["resourcePrefix", "resourceName", "deviceType"];

    /// <summary>
    /// One entry for each resource, addresses sorted. Several entries of one name are fatal to the
    /// plugin.
    /// </summary>
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

    /// <summary>
    /// The resource that an entry makes: the plugin's default prefix where it has none.
    /// </summary>
    public static string NameOf(JsonObject entry)
    {
        var prefix = Text(entry, "resourcePrefix");
        var name = Text(entry, "resourceName") ?? "";
        return !string.IsNullOrEmpty(prefix) ? $"{prefix}/{name}"
            : name.Contains('/') ? name
            : $"{DefaultPrefix}/{name}";
    }

    /// <summary>
    /// Whether an entry selects, by address, devices of ours and no others: then it is ours even if
    /// the record of that was lost.
    /// </summary>
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
    /// An entry with the object form of selectors, the only one that old plugins read
    /// (docs/reference/sriov-device-plugin.md#entry-of-an-eni).
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

    private static JsonObject Entry(ResourceName resource, IReadOnlyList<OfferedDevice> devices)
    {
        var entry = Entry(
            resource,
            new JsonObject
            {
                ["vendors"] = List(devices.Select(device => device.Ids.Vendor)),
                ["devices"] = List(devices.Select(device => device.Ids.Device)),
                ["drivers"] = List(devices.Select(device => device.Driver)),
                ["pciAddresses"] = List(devices.Select(device => device.Address.ToString())),
            }
        );

        // Shown to containers under "extra"; a plugin that does not know the key passes over it.
        var told = devices.Where(device => device.Network.Count > 0).OrderBy(device => device.Address).ToList();
        if (told.Count > 0)
        {
            entry["additionalInfo"] = new JsonObject(
                told.Select(device => KeyValuePair.Create(device.Address.ToString(), (JsonNode?)ContainerGrants.ExtraOf(device.Network)))
            );
        }

        return entry;
    }
}

/// <summary>An entry of the device plugin's file that is not ours.</summary>
/// <param name="Index">Its place in <c>resourceList</c>, from 0.</param>
/// <param name="Resource">The resource that it makes.</param>
internal sealed record ForeignEntry(int Index, string Resource)
{
    /// <summary>As a person finds it in the file.</summary>
    public override string ToString() => $"resourceList[{Index}] (resource {Resource})";
}

/// <summary>
/// Why an entry of ours for a device would be fatal or without effect beside the entries of others.
/// At least one of the two is set.
/// </summary>
/// <param name="SameName">
/// The entry that has our resource's name: two of one name end the plugin
/// (docs/reference/sriov-device-plugin.md#what-is-refused).
/// </param>
/// <param name="SelectedBy">
/// The entry that selects our device: the plugin gives a device to the first entry that does.
/// </param>
internal sealed record EntryConflict(ForeignEntry? SameName, ForeignEntry? SelectedBy)
{
    /// <summary>What stands in the way, and what to do about it.</summary>
    /// <param name="path">The plugin's file.</param>
    /// <param name="device">The device that cannot be offered.</param>
    public Blocker Explain(string path, OfferedDevice device)
    {
        const string Narrow = "narrow its selectors to its own devices (pciAddresses)";
        if (SameName is null)
        {
            return new Blocker(
                Reasons.DeviceSelectedByOtherEntry,
                $"{SelectedBy} of {path} belongs to another program and selects {device.Address} too. The SR-IOV device plugin gives a device to the first entry "
                    + $"that selects it, so pods get it as {SelectedBy!.Resource} and never as {device.Resource}. Remove that entry, or {Narrow}."
            );
        }

        var taken =
            $"{SameName} of {path} belongs to another program and already has the name; the SR-IOV device plugin exits on two entries with one name.";
        return new Blocker(
            Reasons.ResourceNameConflict,
            SelectedBy is null ? $"{taken} Choose another dpdkResourceName, or remove that entry."
                : SelectedBy == SameName
                    ? $"{taken} It selects {device.Address} as well, so another dpdkResourceName alone does not help. Remove that entry; or {Narrow} and choose "
                        + "another dpdkResourceName."
                : $"{taken} Another dpdkResourceName alone does not help, because {SelectedBy} selects {device.Address} as well: remove that one or {Narrow} first."
        );
    }
}

/// <summary>
/// Where a pod of the SR-IOV device plugin has its file from. The plugin's own manifest mounts a
/// ConfigMap, and then what is written on the host never reaches it
/// (docs/reference/sriov-device-plugin.md#reading-and-restarting).
/// </summary>
internal static class PluginMount
{
    private const string DefaultFile = "/etc/pcidp/config.json";
    private const string FileArgument = "config-file";

    /// <summary>
    /// What the pod reads in place of a file of the host; null when it does read one.
    /// </summary>
    public static string? ReadsInstead(Pod pod)
    {
        var found = (pod.Spec?.Containers ?? []).Select(container => Instead(pod, container)).ToList();

        // A container without a volume there is a side car, as long as another has one.
        return found.Count == 0 || found.Contains(null)
            ? null
            : found.Find(instead => instead!.StartsWith("the ", StringComparison.Ordinal)) ?? found[0];
    }

    private static string? Instead(Pod pod, PodContainer container)
    {
        var file = FileOf(container);
        var mount = (container.VolumeMounts ?? [])
            .Where(mount => file == mount.MountPath || file.StartsWith(mount.MountPath.TrimEnd('/') + "/", StringComparison.Ordinal))
            .MaxBy(mount => mount.MountPath.Length);
        if (mount is null)
        {
            return $"{file} of its own image";
        }

        return (pod.Spec?.Volumes ?? []).Find(volume => volume.Name == mount.Name) switch
        {
            { HostPath: not null } => null,
            { ConfigMap: { } map } => $"the ConfigMap {NameOf(map)}",
            _ => $"the volume {mount.Name}, which is no folder of the host",
        };
    }

    private static string NameOf(System.Text.Json.JsonElement map) =>
        map.ValueKind == System.Text.Json.JsonValueKind.Object && map.TryGetProperty("name", out var name) ? name.ToString() : "";

    // Flags of Go programs have one dash or two, and their value behind an equals sign or in the
    // next argument.
    private static string FileOf(PodContainer container)
    {
        List<string> words = [.. container.Command ?? [], .. container.Args ?? []];
        for (var i = 0; i < words.Count; i++)
        {
            var word = words[i].TrimStart('-');
            if (words[i].StartsWith('-') && word.StartsWith(FileArgument + "=", StringComparison.Ordinal))
            {
                return word[(FileArgument.Length + 1)..];
            }

            if (words[i].StartsWith('-') && word == FileArgument && i + 1 < words.Count)
            {
                return words[i + 1];
            }
        }

        return DefaultFile;
    }
}
