using System.Text.Json.Nodes;
using MultiEni.Api.EniAttachments;
using MultiEni.Controller.Multus;

namespace MultiEni.Controller.Tests.Multus;

public sealed class NetworkDefinitionsTests
{
    [Theory]
    [InlineData("intel.com/intel_sriov_netdevice_1", "intel-sriov-netdevice-1")]
    [InlineData("intel.com/DPDK_1", "dpdk-1")]
    [InlineData("amazon.com/ena-dpdk", "amazon.com-ena-dpdk")]
    public void A_resource_has_a_network_named_after_it(string resource, string name)
    {
        var network = Assert.Single(NetworkDefinitions.Of([On(resource), On(resource)], []));
        Assert.Equal((name, resource), (network.Name, network.Resource));
    }

    [Fact]
    public void Of_two_resources_of_one_name_the_one_that_has_it_keeps_it_and_the_newcomer_gets_another()
    {
        foreach (var (holder, newcomer) in new[] { ("intel.com/a_b", "intel.com/a-b"), ("intel.com/a-b", "intel.com/a_b") })
        {
            var held = NetworkDefinitions.Of([On(holder)], []);
            foreach (var attachments in new[] { new[] { On(holder), On(newcomer) }, [On(newcomer), On(holder)] })
            {
                var networks = NetworkDefinitions.Of(attachments, held);
                Assert.Equal(2, networks.Count);
                Assert.Equal(new NetworkDefinition("a-b", holder), networks[0]);
                Assert.Equal(newcomer, networks[1].Resource);
                Assert.StartsWith("a-b-", networks[1].Name, StringComparison.Ordinal);
                Assert.Equal(networks, NetworkDefinitions.Of(attachments, networks));
            }
        }
    }

    [Fact]
    public void What_was_asked_for_has_its_name_whatever_an_agent_reported_before()
    {
        var held = NetworkDefinitions.Of([On("intel.com/a-b")], []);
        var networks = NetworkDefinitions.Of([On("intel.com/a-b"), On("intel.com/a_b", "a_b")], held);
        Assert.Equal(new NetworkDefinition("a-b", "intel.com/a_b"), networks[0]);

        var generated = NetworkDefinitions.Of([On("intel.com/intel-sriov-netdevice-1"), On("intel.com/intel_sriov_netdevice_1")], []);
        Assert.Equal(new NetworkDefinition("intel-sriov-netdevice-1", "intel.com/intel_sriov_netdevice_1"), generated[0]);
    }

    [Fact]
    public void An_agent_cannot_rename_what_the_specification_names() =>
        Assert.Equal("intel.com/asked", Assert.Single(NetworkDefinitions.Of([On("intel.com/other", "intel.com/asked")], [])).Resource);

    [Theory]
    [InlineData("/")]
    [InlineData("")]
    [InlineData("name")]
    [InlineData("a..b/x")]
    [InlineData("a b/x")]
    [InlineData("a/b/c")]
    [InlineData("intel.com/x\"")]
    [InlineData("intel.com/x\n")]
    [InlineData("intel.com/\u00fc")]
    public void What_gives_no_name_of_an_object_is_left_out_and_the_others_are_not(string reported) =>
        Assert.Equal("good", Assert.Single(NetworkDefinitions.Of([On(reported), On("intel.com/good")], [])).Name);

    [Fact]
    public void A_name_that_is_too_long_for_an_object_is_left_out() =>
        Assert.Empty(NetworkDefinitions.Of([On("intel.com/" + new string('a', 254))], []));

    [Fact]
    public void A_device_without_a_resource_has_no_network() => Assert.Empty(NetworkDefinitions.Of([On(null), new EniAttachment()], []));

    [Fact]
    public void The_configuration_is_what_Multus_fills_the_device_into()
    {
        var config = JsonNode.Parse(new NetworkDefinition("dpdk-1", "intel.com/dpdk_1").Config)!;
        Assert.Equal("host-device", config["type"]!.GetValue<string>());
        Assert.Equal("dpdk-1", config["name"]!.GetValue<string>());
        Assert.Equal("1.0.0", config["cniVersion"]!.GetValue<string>());
        Assert.True(config["capabilities"]!["deviceID"]!.GetValue<bool>());
    }

    private static EniAttachment On(string? reported, string? asked = null) =>
        new()
        {
            Spec = new EniAttachmentSpec { Device = new DeviceSpec { ResourceName = asked } },
            Status = new EniAttachmentStatus { Device = new DeviceStatus { ResourceName = reported } },
        };
}
