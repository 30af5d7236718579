using System.Text.Json.Nodes;
using CsCheck;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;
using MultiEni.Manager.Publishing;
using MultiEni.Simulator.Nodes;
using MultiEni.Simulator.Nodes.DevicePlugins;

namespace MultiEni.Manager.Tests.Publishing;

/// <summary>
/// A case is a folder: <c>before.json</c> (absent for no file), <c>devices.json</c> (ours, and what
/// the record says is ours) and <c>after.json</c>, or <c>invalid.txt</c> with a part of the
/// message.
/// </summary>
public sealed class DevicePluginFileTests
{
    private static readonly string Cases = Path.Combine(AppContext.BaseDirectory, "Publishing", "cases");

    public static TheoryData<string> Names => [.. Directory.GetDirectories(Cases).Select(folder => Path.GetFileName(folder)!)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_file_becomes_what_the_case_says(string name)
    {
        var folder = Path.Combine(Cases, name);
        var before = Read(folder, "before.json");
        var (devices, owned) = Devices(Read(folder, "devices.json")!);
        var result = DevicePluginFile.Merge(before, owned, devices);
        if (Read(folder, "invalid.txt") is { } part)
        {
            Assert.Contains(part.Trim(), Assert.IsType<PluginFileResult.Invalid>(result).Message, StringComparison.Ordinal);
            return;
        }

        var after = result switch
        {
            PluginFileResult.Changed changed => changed.Text,
            PluginFileResult.Unchanged => before,
            _ => result.ToString(),
        };
        Assert.Equal(Read(folder, "after.json"), after);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_a_case_yields_is_taken_by_every_release_of_the_plugin_and_doing_it_again_changes_nothing(string name)
    {
        var folder = Path.Combine(Cases, name);
        if (Read(folder, "after.json") is not { } after || !after.Contains("pciAddresses", StringComparison.Ordinal))
        {
            return;
        }

        var (devices, _) = Devices(Read(folder, "devices.json")!);
        foreach (var release in Enum.GetValues<DevicePluginRelease>())
        {
            Assert.IsType<DevicePluginRun.Serving>(DevicePlugin.Start(after, release, [], new SimulatedNetwork([], [], [], [])));
        }

        Assert.IsType<PluginFileResult.Unchanged>(DevicePluginFile.Merge(after, DevicePluginFile.OwnedBy(devices), devices));
    }

    [Theory]
    [InlineData("docs/dpdk.md", 1)]
    [InlineData("docs/device-publishing.md", 2)]
    public void The_file_that_the_documents_show_is_what_is_written(string page, int nth)
    {
        var shown = File.ReadAllText(Path.Combine(Repository.Folder, page)).Split("```json\n")[nth].Split("```")[0];
        var device = new OfferedDevice(
            ResourceName.Parse("intel.com/intel_sriov_netdevice_1"),
            PciAddress.Parse("0000:00:06.0"),
            new PciIds("1d0f", "ec20"),
            "vfio-pci"
        );

        var written = Assert.IsType<PluginFileResult.Changed>(DevicePluginFile.Merge(null, new HashSet<string>(), [device]));

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(shown), JsonNode.Parse(written.Text)), written.Text);
    }

    [Fact]
    public void Whatever_is_offered_every_release_serves_exactly_that_and_no_other_device()
    {
        var address = Gen.Int[5, 31].Select(slot => PciAddress.Parse($"0000:00:{slot:x2}.0"));
        var resource = Gen.OneOf<string>("intel.com/dpdk_1", "intel.com/dpdk_2", "amazon.com/ena_dpdk_1", "intel.com/x_y");
        var device = Gen.Select(resource, address, Gen.Bool).Select((name, at, bound) => A.Offer(name, at.ToString(), bound ? "vfio-pci" : "ena"));
        device
            .List[0, 8]
            .Select(list => list.DistinctBy(offer => offer.Address).ToList())
            .Sample(offers =>
            {
                var before = """{"resourceList":[{"resourceName":"gpu","deviceType":"accelerator","selectors":{"vendors":["10de"]}}]}""";
                var result = DevicePluginFile.Merge(before, new HashSet<string>(), offers);
                var text = result is PluginFileResult.Changed changed ? changed.Text : before;
                var node = offers.Select(Simulated).Append(Simulated(A.Offer(address: "0000:00:04.0", driver: "ena"))).ToList();
                foreach (var release in Enum.GetValues<DevicePluginRelease>())
                {
                    var run = Assert.IsType<DevicePluginRun.Serving>(DevicePlugin.Start(text, release, node, new SimulatedNetwork([], [], [], [])));
                    var expected = offers
                        .GroupBy(offer => offer.Resource.ToString())
                        .ToDictionary(group => group.Key, group => group.Select(offer => offer.Address.ToString()).Order().ToList());
                    Assert.Equal(expected.Keys.Order(), run.Devices.Keys.Order());
                    Assert.All(expected, pair => Assert.Equal(pair.Value, run.Devices[pair.Key].Order()));
                }
            });
    }

    [Fact]
    public void Offering_and_withdrawing_leaves_the_entries_of_others_as_they_were()
    {
        const string Before = """
            {"other":{"a":[1,2]},"resourceList":[{"resourceName":"pool","selectors":[{"pfNames":["eth9"]},{"vendors":["8086"]}],"additionalInfo":{"*":{"k":"v"}},"custom":true}]}
            """;
        var offered = Assert.IsType<PluginFileResult.Changed>(DevicePluginFile.Merge(Before, new HashSet<string>(), [A.Offer()]));
        var withdrawn = Assert.IsType<PluginFileResult.Changed>(DevicePluginFile.Merge(offered.Text, DevicePluginFile.OwnedBy([A.Offer()]), []));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Before), JsonNode.Parse(withdrawn.Text)));
    }

    [Fact]
    public void What_programs_are_told_of_an_ENI_stands_beside_the_selectors_and_is_kept_in_the_record()
    {
        var device = A.Offer() with
        {
            Network = new Dictionary<string, string> { ["gateway"] = "10.0.1.1", ["mtu"] = "9001" },
        };
        var file = Assert.IsType<PluginFileResult.Changed>(DevicePluginFile.Merge(null, new HashSet<string>(), [device]));
        var entry = JsonNode.Parse(file.Text)!["resourceList"]![0]!;
        Assert.Equal("""{"0000:00:06.0":{"gateway":"10.0.1.1","mtu":"9001"}}""", entry["additionalInfo"]!.ToJsonString());
        Assert.Equal(device, A.Offer());
        Assert.Equal(device.Network, PublisherRecordDevice.Of(device).ToDevice().Network);
    }

    [Fact]
    public void The_order_in_which_devices_are_given_does_not_show()
    {
        OfferedDevice[] offers = [A.Offer("a.com/x", "0000:00:08.0"), A.Offer("a.com/x", "0000:00:06.0"), A.Offer("b.com/y", "0000:00:07.0")];
        var one = DevicePluginFile.Merge(null, new HashSet<string>(), offers);
        var two = DevicePluginFile.Merge(null, new HashSet<string>(), [.. offers.Reverse()]);
        Assert.Equal(Assert.IsType<PluginFileResult.Changed>(one).Text, Assert.IsType<PluginFileResult.Changed>(two).Text);
    }

    [Fact]
    public void A_name_that_somebody_else_uses_is_a_conflict_and_his_entry_stays()
    {
        const string Before = """{"resourceList":[{"resourcePrefix":"intel.com","resourceName":"dpdk_1","selectors":{"vendors":["8086"]}}]}""";
        var result = DevicePluginFile.Merge(Before, new HashSet<string>(), [A.Offer()]);
        Assert.Equal(
            new EntryConflict(new ForeignEntry(0, "intel.com/dpdk_1"), null),
            Assert.Single(Assert.IsType<PluginFileResult.Unchanged>(result).Conflicts).Value
        );
    }

    [Fact]
    public void A_node_without_our_devices_is_left_alone()
    {
        Assert.IsType<PluginFileResult.Unchanged>(DevicePluginFile.Merge(null, new HashSet<string>(), []));
        Assert.IsType<PluginFileResult.Unchanged>(DevicePluginFile.Merge("""{"resourceList":[]}""", new HashSet<string>(), []));
    }

    private static SimulatedDevice Simulated(OfferedDevice offer) =>
        new(offer.Address.ToString(), offer.Ids.Vendor, offer.Ids.Device, "020000", null, offer.Driver, null, null, null, false, false);

    private static string? Read(string folder, string file) =>
        File.Exists(Path.Combine(folder, file)) ? File.ReadAllText(Path.Combine(folder, file)) : null;

    private static (List<OfferedDevice> Devices, HashSet<string> Owned) Devices(string text)
    {
        var file = JsonNode.Parse(text)!;
        var devices = file["devices"]!
            .AsArray()
            .Select(device =>
                A.Offer(device!["resource"]!.GetValue<string>(), device["address"]!.GetValue<string>(), device["driver"]!.GetValue<string>())
            );
        var owned = file["owned"]?.AsArray().Select(name => name!.GetValue<string>()) ?? [];
        return ([.. devices], owned.ToHashSet(StringComparer.Ordinal));
    }
}
