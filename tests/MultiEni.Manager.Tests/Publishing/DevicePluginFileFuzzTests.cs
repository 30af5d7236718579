using System.Text.Json.Nodes;
using CsCheck;
using MultiEni.Manager.Publishing;
using MultiEni.Simulator.Nodes;
using MultiEni.Simulator.Nodes.DevicePlugins;

namespace MultiEni.Manager.Tests.Publishing;

/// <summary>
/// Whatever somebody left in the device plugin's file: no crash, nothing of others lost, and what
/// is written is taken by every plugin.
/// </summary>
public sealed class DevicePluginFileFuzzTests
{
    private static readonly OfferedDevice[] Ours = [A.Offer(), A.Offer("intel.com/dpdk_2", "0000:00:07.0")];

    private static readonly Gen<string> Word = Gen.OneOf(
        Gen.OneOf<string>(
            "intel.com",
            "dpdk_1",
            "dpdk_2",
            "a/b",
            "",
            "netDevice",
            "netdevice",
            "accelerator",
            "vfio-pci",
            "0000:00:06.0",
            "0000:00:09.0",
            "1d0f",
            "eni_manager_guard",
            "placeholder",
            "\u00e9\u0001"
        ),
        Gen.String[0, 6]
    );

    private static readonly Gen<string> Key = Gen.OneOf<string>(
        "resourceList",
        "ResourceList",
        "resourcePrefix",
        "resourceName",
        "RESOURCENAME",
        "deviceType",
        "selectors",
        "devices",
        "pciAddress",
        "pciAddresses",
        "drivers",
        "driver",
        "vendors",
        "additionalInfo",
        "x"
    );

    private static readonly Gen<JsonNode?> Any = Gen.Recursive<JsonNode?>(
        (depth, inner) =>
        {
            var leaf = Gen.OneOf(
                Word.Select(word => (JsonNode?)JsonValue.Create(word)),
                Gen.Int[-3, 3].Select(number => (JsonNode?)JsonValue.Create(number)),
                Gen.Bool.Select(flag => (JsonNode?)JsonValue.Create(flag)),
                Gen.Bool.Select(_ => (JsonNode?)null)
            );
            return depth > 4
                ? leaf
                : Gen.OneOf(
                    leaf,
                    inner.Array[0, 3].Select(items => (JsonNode?)new JsonArray([.. items.Select(item => item?.DeepClone())])),
                    Gen.Select(Key, inner).Array[0, 4].Select(ObjectOf)
                );
        }
    );

    // Mostly entries as somebody would write them, with something wrong here and there.
    private static readonly Gen<JsonNode?> Entry = Gen.Select(
            Gen.OneOf(Word.Select(Value), Any),
            Gen.OneOf(Word.Select(Value), Any),
            Gen.OneOf<JsonNode?>(null, "netDevice", "accelerator"),
            Gen.OneOf(Gen.Select(Key, Any).Array[0, 3].Select(ObjectOf), Any),
            Gen.Select(Key, Any).Array[0, 2]
        )
        .Select(
            (prefix, name, type, selectors, rest) =>
                ObjectOf([("resourcePrefix", prefix), ("resourceName", name), ("deviceType", type), ("selectors", selectors), .. rest])
        );

    private static readonly Gen<JsonNode?> File = Gen.Select(Entry.Array[0, 4], Gen.Select(Key, Any).Array[0, 2])
        .Select((entries, rest) => ObjectOf([("resourceList", new JsonArray([.. entries.Select(entry => entry?.DeepClone())])), .. rest]));

    [Fact]
    public void Arbitrary_text_is_merged_or_left_alone() =>
        Gen.OneOf(Gen.String, Gen.String.Select(text => "{\"resourceList\":[" + text + "]}")).Sample(text => Check(text));

    [Fact]
    public void Arbitrary_JSON_is_merged_or_left_alone() => Any.Sample(node => Check(node?.ToJsonString() ?? "null"), iter: 2000);

    [Fact]
    public void Files_with_something_wrong_in_them_are_merged_or_left_alone() => File.Sample(node => Check(node!.ToJsonString()), iter: 5000);

    [Theory]
    [InlineData("""{"resourceList":[{"resourceName":"\ud800","selectors":{} }]}""")]
    [InlineData("""{"resourceList":[],"resourceList":[]}""")]
    [InlineData("""{"resourceList":[],"ResourceList":[]}""")]
    [InlineData("""{"resourceList":[{"resourceName":"a","resourcename":"b","selectors":{} }]}""")]
    [InlineData("""{"resourceList":[{"resourceName":"gpu","deviceType":5,"selectors":{} }]}""")]
    [InlineData("""{"resourceList":[{"resourceName":"gpu","devices":[{"pciAddress":"zz"}]}]}""")]
    public void What_would_not_survive_is_left_alone_and_said(string text) =>
        Assert.IsType<PluginFileResult.Invalid>(DevicePluginFile.Merge(text, new HashSet<string>(), Ours));

    private static void Check(string before)
    {
        var owned = new HashSet<string>(StringComparer.Ordinal);
        if (DevicePluginFile.Merge(before, owned, Ours) is not PluginFileResult.Changed changed)
        {
            return;
        }

        foreach (var release in Enum.GetValues<DevicePluginRelease>().Where(release => release > DevicePluginRelease.V35 || !HasHyphen(changed.Text)))
        {
            var run = DevicePlugin.Start(changed.Text, release, [], new SimulatedNetwork([], [], [], []));
            var isForNewer = release == DevicePluginRelease.V35 && HasListOfSelectors(changed.Text);
            Assert.True(run is DevicePluginRun.Serving || isForNewer, $"{before}\n{changed.Text}\n{string.Join('\n', run.Log)}");
        }

        var after = Entries(changed.Text);
        foreach (var entry in Entries(before).OfType<JsonObject>().Where(IsForeign))
        {
            Assert.True(after.Exists(kept => JsonNode.DeepEquals(kept, entry)), $"lost {entry.ToJsonString()}\nof {before}\nin {changed.Text}");
        }

        var offered = Ours.Where(device => !changed.Conflicts.ContainsKey(device.Address)).ToList();
        Assert.IsNotType<PluginFileResult.Changed>(DevicePluginFile.Merge(changed.Text, DevicePluginFile.OwnedBy(offered), Ours));
    }

    private static bool HasHyphen(string text) =>
        Entries(text).OfType<JsonObject>().Any(entry => PluginEntry.Text(entry, "resourceName")?.Contains('-', StringComparison.Ordinal) == true);

    // Release 3.5 leaves out such an entry, so a file that has nothing else is not for it.
    private static bool HasListOfSelectors(string text) =>
        Entries(text).OfType<JsonObject>().Any(entry => PluginEntry.Value(entry, "selectors") is JsonArray { Count: > 0 });

    // Neither under a name of ours nor of a form that is migrated.
    private static bool IsForeign(JsonObject entry)
    {
        var name = PluginEntry.NameOf(entry);
        return entry["selectors"] is not null
            && !PluginEntry.IsGuard(entry)
            && !LegacyEntry.IsPlaceholder(entry)
            && !LegacyEntry.IsPredecessors(entry)
            && Ours.All(device => device.Resource.ToString() != name);
    }

    private static List<JsonNode?> Entries(string text) =>
        // Blanks are what an empty file is: without entries.
        !string.IsNullOrWhiteSpace(text)
        && JsonNode.Parse(text) is JsonObject file
        && file.FirstOrDefault(pair => pair.Key.Equals("resourceList", StringComparison.OrdinalIgnoreCase)).Value is JsonArray list
            ? [.. list]
            : [];

    private static JsonNode? Value(string word) => JsonValue.Create(word);

    private static JsonNode? ObjectOf((string Key, JsonNode? Value)[] pairs)
    {
        var made = new JsonObject();
        foreach (var (key, value) in pairs)
        {
            made[key] = value?.DeepClone();
        }

        return made;
    }
}
