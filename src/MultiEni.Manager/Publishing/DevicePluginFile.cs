using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using MultiEni.Manager.Host;

namespace MultiEni.Manager.Publishing;

/// <summary>
/// The SR-IOV device plugin's configuration as a function: the present text and our devices give
/// the new text. Entries of others keep their meaning; what is written passes the plugin's own
/// checks, because one bad entry takes down all resources of a node
/// (docs/reference/sriov-device-plugin.md#what-is-refused).
/// </summary>
internal static class DevicePluginFile
{
    private const string ListKey = "resourceList";
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Merges our devices into a file.</summary>
    /// <param name="existing">The present text; null when there is no file.</param>
    /// <param name="owned">
    /// Resources whose entries in the file are ours, from the record beside it.
    /// </param>
    /// <param name="devices">All devices that we offer.</param>
    public static PluginFileResult Merge(string? existing, IReadOnlySet<string> owned, IReadOnlyList<OfferedDevice> devices)
    {
        JsonObject file;
        try
        {
            file = Parse(existing);
        }
        catch (JsonException error)
        {
            return new PluginFileResult.Invalid(error.Message);
        }

        try
        {
            return Merge(file, owned, devices);
        }
        catch (InvalidOperationException error)
        {
            // A text that is no Unicode, which shows only when it is looked at.
            return new PluginFileResult.Invalid(error.Message);
        }
    }

    private static PluginFileResult Merge(JsonObject file, IReadOnlySet<string> owned, IReadOnlyList<OfferedDevice> devices)
    {
        if (devices.Count == 0 && owned.Count == 0)
        {
            return new PluginFileResult.Unchanged(new Dictionary<PciAddress, EntryConflict>());
        }

        var listKey = Key(file, ListKey) ?? ListKey;
        var before = file[listKey] as JsonArray ?? [];
        var wanted = devices.Select(device => device.Resource.ToString()).ToHashSet(StringComparer.Ordinal);
        var foreign = new List<JsonNode>();
        foreach (var entry in before)
        {
            if (entry is JsonObject known && IsOurs(known, owned, wanted, devices))
            {
                continue;
            }

            if (entry is not null)
            {
                foreign.Add(LegacyEntry.Migrate(entry, devices) ?? entry.DeepClone());
            }
        }

        var conflicts = Conflicts(foreign, devices);
        var ours = PluginEntry.Build(devices.Where(device => !conflicts.ContainsKey(device.Address)));
        var after = new JsonArray([.. foreign, .. ours]);
        if (!after.Any(PluginSelection.IsReadable))
        {
            after.Add((JsonNode)PluginEntry.Guard());
        }

        foreach (var entry in after)
        {
            if (PluginEntry.Problem(entry) is { } problem)
            {
                return new PluginFileResult.Invalid(problem);
            }
        }

        if (PluginEntry.Duplicate(after) is { } twice)
        {
            return new PluginFileResult.Invalid($"the resource {twice} is in it twice");
        }

        if (JsonNode.DeepEquals(before, after))
        {
            return new PluginFileResult.Unchanged(conflicts);
        }

        file[listKey] = after;
        return new PluginFileResult.Changed(file.ToJsonString(Indented) + "\n", conflicts);
    }

    /// <summary>
    /// Which devices pods get under their resource, and no other, when the plugin reads this text;
    /// none of a text that it cannot read.
    /// </summary>
    /// <param name="text">The file; null when there is none.</param>
    /// <param name="devices">The devices in question.</param>
    public static IEnumerable<OfferedDevice> Offers(string? text, IEnumerable<OfferedDevice> devices)
    {
        try
        {
            var file = Parse(text);
            var entries = Key(file, ListKey) is { } key && file[key] is JsonArray list ? list.ToList() : [];
            return [.. devices.Where(device => PluginSelection.First(entries, device)?.Resource == device.Resource.ToString())];
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return [];
        }
    }

    /// <summary>
    /// The resources whose entries are ours once <paramref name="devices"/> are offered: theirs,
    /// and the guard's.
    /// </summary>
    public static IReadOnlySet<string> OwnedBy(IEnumerable<OfferedDevice> devices)
    {
        var owned = devices.Select(device => device.Resource.ToString()).ToHashSet(StringComparer.Ordinal);
        owned.Add(PluginEntry.GuardName);
        return owned;
    }

    private static Dictionary<PciAddress, EntryConflict> Conflicts(List<JsonNode> foreign, IReadOnlyList<OfferedDevice> devices)
    {
        var conflicts = new Dictionary<PciAddress, EntryConflict>();
        foreach (var device in devices)
        {
            var name = device.Resource.ToString();
            var index = foreign.FindIndex(entry => entry is JsonObject known && PluginEntry.NameOf(known) == name);
            var sameName = index < 0 ? null : new ForeignEntry(index, name);
            var selectedBy = PluginSelection.First(foreign, device);
            if (sameName is not null || selectedBy is not null)
            {
                conflicts[device.Address] = new EntryConflict(sameName, selectedBy);
            }
        }

        return conflicts;
    }

    private static JsonObject Parse(string? existing)
    {
        if (string.IsNullOrWhiteSpace(existing))
        {
            return [];
        }

        // Two keys of one name: which of them the plugin takes is chance, and both would not
        // survive.
        var file =
            JsonNode.Parse(existing, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false }) as JsonObject
            ?? throw new JsonException("it is not a JSON object with the key resourceList");
        if (file.Count(pair => string.Equals(pair.Key, ListKey, StringComparison.OrdinalIgnoreCase)) > 1)
        {
            throw new JsonException("it has resourceList twice, in different spellings");
        }

        return Key(file, ListKey) is { } key && file[key] is not (null or JsonArray)
            ? throw new JsonException("its resourceList is not a list")
            : file;
    }

    // Go reads keys without regard to case (docs/reference/sriov-device-plugin.md#file-format).
    private static string? Key(JsonObject file, string name) =>
        file.FirstOrDefault(pair => string.Equals(pair.Key, name, StringComparison.OrdinalIgnoreCase)).Key;

    private static bool IsOurs(JsonObject entry, IReadOnlySet<string> owned, HashSet<string> wanted, IReadOnlyList<OfferedDevice> devices)
    {
        var name = PluginEntry.NameOf(entry);
        return owned.Contains(name)
            || PluginEntry.IsGuard(entry)
            || LegacyEntry.IsPlaceholder(entry)
            || (LegacyEntry.IsPredecessors(entry) && wanted.Contains(name))
            || LegacyEntry.NamesOnly(entry, devices)
            || (wanted.Contains(name) && PluginEntry.SelectsOnly(entry, devices));
    }
}

/// <summary>What becomes of the device plugin's file.</summary>
internal abstract record PluginFileResult
{
    private PluginFileResult() { }

    /// <summary>It says already what it should.</summary>
    /// <param name="Conflicts">Devices that entries of others keep out.</param>
    public sealed record Unchanged(IReadOnlyDictionary<PciAddress, EntryConflict> Conflicts) : PluginFileResult;

    /// <summary>It has to be replaced by <paramref name="Text"/>.</summary>
    /// <param name="Text">The new file.</param>
    /// <param name="Conflicts">Devices that entries of others keep out.</param>
    public sealed record Changed(string Text, IReadOnlyDictionary<PciAddress, EntryConflict> Conflicts) : PluginFileResult;

    /// <summary>It cannot be merged with and stays as it is.</summary>
    public sealed record Invalid(string Message) : PluginFileResult;
}
