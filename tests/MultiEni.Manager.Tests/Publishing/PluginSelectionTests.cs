using System.Text.Json.Nodes;
using CsCheck;
using MultiEni.Api;
using MultiEni.Manager.Publishing;
using MultiEni.Simulator.Nodes;
using MultiEni.Simulator.Nodes.DevicePlugins;

namespace MultiEni.Manager.Tests.Publishing;

/// <summary>
/// Which entry the SR-IOV device plugin gives a device to, and what is said when it is somebody
/// else's (docs/reference/sriov-device-plugin.md#file-format,
/// docs/reference/sriov-device-plugin.md#what-is-refused).
/// </summary>
public sealed class PluginSelectionTests
{
    private const string Path = "/etc/pcidp/config.json";
    private static readonly OfferedDevice Bound = A.Offer();
    private static readonly OfferedDevice Kernel = A.Offer(driver: "ena");

    // The selectors, and whether they select 0000:00:06.0 (1d0f:ec20) when vfio-pci holds it, and
    // when ena does.
    [Theory]
    [InlineData("""{}""", true, true)]
    [InlineData("""{"vendors":["1d0f"]}""", true, true)]
    [InlineData("""{"vendors":["8086","1d0f"],"devices":["ec20"],"drivers":["vfio-pci","igb_uio"]}""", true, false)]
    [InlineData("""{"vendors":["1D0F"]}""", false, false)]
    [InlineData("""{"vendors":["1d0f"],"devices":["ec21"]}""", false, false)]
    [InlineData("""{"drivers":["ena"]}""", false, true)]
    [InlineData("""{"DRIVERS":["vfio-pci"],"unknown":7}""", true, false)]
    [InlineData("""{"pciAddresses":["0000:00:06.0"]}""", true, true)]
    [InlineData("""{"pciAddresses":["00:06.0"]}""", false, false)]
    [InlineData("""{"pciAddresses":[]}""", true, true)]
    [InlineData("""{"pciAddresses":null,"drivers":null}""", true, true)]
    [InlineData("""{"pfNames":["ens6"]}""", false, false)]
    [InlineData("""{"rootDevices":["0000:00:06.0"]}""", false, false)]
    [InlineData("""{"linkTypes":["ether"]}""", false, true)]
    [InlineData("""{"linkTypes":["infiniband"]}""", false, false)]
    [InlineData("""{"acpiIndexes":["101"]}""", false, false)]
    [InlineData("""{"ddpProfiles":["GTPv1-C/U IPv4/IPv6 payload"]}""", false, false)]
    [InlineData("""{"pKeys":["0x1"]}""", false, false)]
    [InlineData("""{"isRdma":true}""", false, false)]
    [InlineData("""{"IsRdma":false,"vdpaType":"","needVhostNet":true}""", true, true)]
    [InlineData("""{"vdpaType":"vhost"}""", false, false)]
    [InlineData("""[{"vendors":["8086"]},{"drivers":["vfio-pci"]}]""", true, false)]
    [InlineData("""[]""", false, false)]
    [InlineData("""[{},{"vendors":"1d0f"}]""", false, false)]
    [InlineData("""[{},7]""", false, false)]
    [InlineData("""{"devices":[{"pciAddress":"0000:00:06.0"}]}""", false, false)]
    [InlineData("""{"isRdma":"no"}""", false, false)]
    public void A_selector_selects_what_the_plugin_selects(string selectors, bool bound, bool kernel)
    {
        var entry = new JsonObject { ["resourceName"] = "pool", ["selectors"] = JsonNode.Parse(selectors) };
        Assert.Equal((bound, kernel), (PluginSelection.Selects(entry, Bound), PluginSelection.Selects(entry, Kernel)));
    }

    [Theory]
    [InlineData("accelerator")]
    [InlineData("auxNetDevice")]
    public void Only_entries_for_network_functions_select_an_ENI(string type)
    {
        var entry = new JsonObject
        {
            ["deviceType"] = type,
            ["resourceName"] = "pool",
            ["selectors"] = new JsonObject(),
        };
        Assert.False(PluginSelection.Selects(entry, Bound));
    }

    // What of others stands in the file, and what is said of our device: the reason and the parts
    // of the message.
    [Theory]
    [InlineData(
        """[{"resourceName":"gpu","deviceType":"accelerator","selectors":{}},{"resourcePrefix":"example.com","resourceName":"broad","selectors":{"vendors":["1d0f"],"drivers":["vfio-pci"]}}]""",
        Reasons.DeviceSelectedByOtherEntry,
        "resourceList[1] (resource example.com/broad) of /etc/pcidp/config.json",
        "never as intel.com/dpdk_1",
        "narrow its selectors"
    )]
    [InlineData(
        """[{"resourceName":"first","selectors":{"vendors":["1d0f"]}},{"resourceName":"second","selectors":{}}]""",
        Reasons.DeviceSelectedByOtherEntry,
        "resourceList[0] (resource intel.com/first)"
    )]
    [InlineData(
        """[{"resourceName":"dpdk_1","selectors":{"vendors":["8086"]}}]""",
        Reasons.ResourceNameConflict,
        "resourceList[0] (resource intel.com/dpdk_1)",
        "Choose another dpdkResourceName, or remove that entry."
    )]
    [InlineData(
        """[{"resourceName":"dpdk_1","selectors":{"vendors":["1d0f"]}}]""",
        Reasons.ResourceNameConflict,
        "another dpdkResourceName alone does not help. Remove that entry; or narrow"
    )]
    [InlineData(
        """[{"resourceName":"dpdk_1","selectors":{"vendors":["8086"]}},{"resourceName":"all","selectors":{}}]""",
        Reasons.ResourceNameConflict,
        "Another dpdkResourceName alone does not help, because resourceList[1] (resource intel.com/all) selects 0000:00:06.0"
    )]
    public void The_entry_that_stands_in_the_way_is_named_with_what_helps(string entries, string reason, params string[] parts)
    {
        var result = DevicePluginFile.Merge($$"""{"resourceList":{{entries}}}""", new HashSet<string>(), [Bound]);
        var why = Assert.IsType<PluginFileResult.Unchanged>(result).Conflicts[Bound.Address].Explain(Path, Bound);
        Assert.Equal(reason, why.Reason);
        Assert.All(parts, part => Assert.Contains(part, why.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_device_is_served_under_its_resource_exactly_when_no_conflict_is_told_and_otherwise_by_the_entry_that_is_named()
    {
        var selector = Gen.Select(
                List("vendors", "1d0f", "8086"),
                List("devices", "ec20", "ec21"),
                List("drivers", "vfio-pci", "ena", "igb_uio"),
                List("pciAddresses", "0000:00:06.0", "0000:00:07.0", "0000:00:09.0"),
                List("linkTypes", "ether", "infiniband")
            )
            .Select((vendors, devices, drivers, addresses, links) => ObjectOf([vendors, devices, drivers, addresses, links]));
        var selectors = Gen.OneOf(
            selector.Select(one => (JsonNode)one),
            selector.Array[1, 2].Select(all => (JsonNode)new JsonArray([.. all.Select(one => one.DeepClone())]))
        );
        var entry = Gen.Select(selectors, Gen.OneOf("netDevice", "netDevice", "netDevice", "accelerator"));
        var offers = Gen.Select(Gen.Bool, Gen.Bool)
            .Select((first, second) => new[] { Offer("intel.com/dpdk_1", "0000:00:06.0", first), Offer("intel.com/pool_1", "0000:00:07.0", second) });
        Gen.Select(entry.Array[0, 3], offers)
            .Sample(
                (entries, devices) =>
                {
                    var foreign = entries.Select(
                        (made, index) =>
                            (JsonNode)
                                new JsonObject
                                {
                                    ["resourceName"] = $"pool_{index}",
                                    ["deviceType"] = made.Item2,
                                    ["selectors"] = made.Item1.DeepClone(),
                                }
                    );
                    var before = new JsonObject { ["resourceList"] = new JsonArray([.. foreign]) }.ToJsonString();
                    var (text, conflicts) = DevicePluginFile.Merge(before, new HashSet<string>(), devices) switch
                    {
                        PluginFileResult.Changed changed => (changed.Text, changed.Conflicts),
                        PluginFileResult.Unchanged unchanged => (before, unchanged.Conflicts),
                        var other => throw new InvalidOperationException($"{other}"),
                    };
                    var run = DevicePlugin.Start(text, DevicePluginRelease.V38, [.. devices.Select(Simulated)], new SimulatedNetwork([], [], [], []));
                    var served = (run as DevicePluginRun.Serving)?.Devices ?? new Dictionary<string, IReadOnlyList<string>>();
                    foreach (var device in devices)
                    {
                        var conflict = conflicts.GetValueOrDefault(device.Address);
                        var resource = served.FirstOrDefault(pool => pool.Value.Contains(device.Address.ToString())).Key;
                        Assert.Equal(conflict is null ? device.Resource.ToString() : conflict.SelectedBy?.Resource, resource);
                    }
                },
                iter: 5000
            );
    }

    private static OfferedDevice Offer(string resource, string address, bool bound) => A.Offer(resource, address, bound ? "vfio-pci" : "ena");

    private static Gen<(string Key, JsonArray? Value)> List(string key, params string[] values) =>
        Gen.OneOf(
            Gen.Const((key, (JsonArray?)null)),
            Gen.OneOf(values)
                .Array[0, 2]
                .Select(some => (key, (JsonArray?)new JsonArray([.. some.Select(value => (JsonNode)JsonValue.Create(value))])))
        );

    private static JsonObject ObjectOf((string Key, JsonArray? Value)[] lists)
    {
        var made = new JsonObject();
        foreach (var (key, value) in lists.Where(list => list.Value is not null))
        {
            made[key] = value!.DeepClone();
        }

        return made;
    }

    private static SimulatedDevice Simulated(OfferedDevice device) =>
        new(
            device.Address.ToString(),
            device.Ids.Vendor,
            device.Ids.Device,
            "020000",
            null,
            device.Driver,
            null,
            device.Driver == "ena" ? "ens6" : null,
            null,
            false,
            false
        );
}
