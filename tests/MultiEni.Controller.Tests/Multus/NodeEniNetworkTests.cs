using System.Text.Json.Nodes;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Multus;

namespace MultiEni.Controller.Tests.Multus;

public sealed class NodeEniNetworkTests
{
    [Fact]
    public void Pods_share_a_plain_ENI_by_ipvlan_on_a_name_that_it_has_on_every_node()
    {
        var network = Assert.Single(Of([A.NodeEni("shared", spec => spec.Mtu = 9001)]));

        Assert.Equal(("shared", ""), (network.Name, network.Resource));
        Assert.Equal(
            """{"cniVersion":"1.0.0","name":"shared","type":"ipvlan","master":"nodeeni-shared","mode":"l2","mtu":9001,"capabilities":{"ips":true},"ipam":{"type":"eni-ipam"}}""",
            network.Config
        );
    }

    [Theory]
    [InlineData(null, "intel.com/intel_sriov_netdevice_2")]
    [InlineData("fast", "intel.com/fast")]
    [InlineData("example.com/fast", "example.com/fast")]
    public void A_whole_device_comes_by_its_resource(string? named, string resource)
    {
        var nodeEni = A.NodeEni("whole", spec => (spec.EnableDpdk, spec.DpdkResourceName, spec.DeviceIndex) = (true, named, 2));
        var network = Assert.Single(Of([nodeEni]));
        var config = JsonNode.Parse(network.Config)!;

        Assert.Equal(resource, network.Resource);
        Assert.Equal(("host-device", "eni-ipam"), (config["type"]!.GetValue<string>(), config["ipam"]!["type"]!.GetValue<string>()));
        Assert.True(config["capabilities"]!["deviceID"]!.GetValue<bool>());
    }

    [Fact]
    public void A_long_name_is_hashed_to_what_a_link_can_be_called()
    {
        var name = new string('a', 200);
        var master = JsonNode.Parse(Assert.Single(Of([A.NodeEni(name)])).Config)!["master"]!.GetValue<string>();

        Assert.True(master.Length <= 127);
    }

    [Fact]
    public void A_name_that_exists_stays_what_it_was()
    {
        // What an earlier release made for a resource.
        var resource = new NetworkDefinition("dpdk-1", "intel.com/dpdk_1");
        var networks = Of([A.NodeEni("dpdk-1")], [On("intel.com/dpdk_1")], [resource]);
        Assert.Contains(resource, networks);
        Assert.Equal(2, networks.Count);
        Assert.Equal(networks, Of([A.NodeEni("dpdk-1")], [On("intel.com/dpdk_1")], networks));

        // And the other way round: the NodeENI was there first.
        var first = Of([A.NodeEni("dpdk-1")]);
        var later = Of([A.NodeEni("dpdk-1")], [On("intel.com/dpdk_1")], first);
        Assert.Equal("dpdk-1", Assert.Single(later, network => network.NodeEni is not null).Name);
        Assert.NotEqual("dpdk-1", Assert.Single(later, network => network.NodeEni is null).Name);
    }

    [Fact]
    public void A_network_that_exists_is_the_wanted_one_until_somebody_changes_it()
    {
        var kind = NetworkDefinitions.In("default", "eni-ipam");
        foreach (var desired in kind.Desired([A.NodeEni("plain"), A.NodeEni("whole", spec => spec.EnableDpdk = true)], [On("intel.com/dpdk_1")], []))
        {
            var stored = kind.ToObject(desired);
            Assert.Equal(desired, kind.FromObject(stored));

            stored.Spec!.Config = stored.Spec.Config!.Replace("1.0.0", "0.3.1", StringComparison.Ordinal);
            Assert.NotEqual(desired, kind.FromObject(stored));
        }
    }

    [Fact]
    public void The_NodeENI_that_is_told_of_a_network_is_the_one_whose_devices_it_is_for()
    {
        var kind = NetworkDefinitions.In("default", "eni-ipam");
        var attachment = On("intel.com/dpdk_1");
        attachment.Spec!.NodeEniRef = new() { Name = "second", Uid = "u" };

        var told = kind.Desired([A.NodeEni("first")], [attachment], []).ToDictionary(network => network.Name, kind.NodeEniOf);

        Assert.Equal(("first", "second"), (told["first"], told["dpdk-1"]));
    }

    [Fact]
    public void A_NodeENI_that_is_being_deleted_has_no_network()
    {
        var nodeEni = A.NodeEni("going");
        nodeEni.Metadata.DeletionTimestamp = A.Noon;

        Assert.Empty(Of([nodeEni]));
    }

    private static IReadOnlyList<NetworkDefinition> Of(
        IReadOnlyList<NodeEni> nodeEnis,
        IReadOnlyList<EniAttachment>? attachments = null,
        IReadOnlyList<NetworkDefinition>? held = null
    ) => NetworkDefinitions.Of(nodeEnis, attachments ?? [], held ?? [], "eni-ipam");

    private static EniAttachment On(string resource) =>
        new()
        {
            Spec = new EniAttachmentSpec { Device = new DeviceSpec { ResourceName = resource } },
            Status = new EniAttachmentStatus { Device = new DeviceStatus { ResourceName = resource } },
        };
}
