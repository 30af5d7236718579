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
        var network = Assert.Single(NetworkDefinitions.Of([On(resource), On(resource)]));
        Assert.Equal((name, resource), (network.Name, network.Resource));
    }

    [Fact]
    public void Resources_that_come_to_one_name_have_names_that_tell_them_apart_whatever_their_order()
    {
        var networks = NetworkDefinitions.Of([On("intel.com/a_b"), On("intel.com/a-b")]);
        Assert.Equal(2, networks.Select(network => network.Name).Distinct().Count());
        Assert.All(networks, network => Assert.StartsWith("a-b-", network.Name, StringComparison.Ordinal));
        Assert.Equal(networks, NetworkDefinitions.Of([On("intel.com/a-b"), On("intel.com/a_b")]));
    }

    [Fact]
    public void A_device_without_a_resource_has_no_network() => Assert.Empty(NetworkDefinitions.Of([On(null), new EniAttachment()]));

    [Fact]
    public void The_configuration_is_what_Multus_fills_the_device_into()
    {
        var config = JsonNode.Parse(new NetworkDefinition("dpdk-1", "intel.com/dpdk_1").Config)!;
        Assert.Equal("host-device", config["type"]!.GetValue<string>());
        Assert.Equal("dpdk-1", config["name"]!.GetValue<string>());
        Assert.Equal("1.0.0", config["cniVersion"]!.GetValue<string>());
        Assert.True(config["capabilities"]!["deviceID"]!.GetValue<bool>());
    }

    private static EniAttachment On(string? resource) =>
        new() { Status = new EniAttachmentStatus { Device = new DeviceStatus { ResourceName = resource } } };
}
