using System.Text.Json.Nodes;
using MultiEni.Api.EniAttachments;
using MultiEni.Controller.DeviceClasses;
using DeviceSelector = MultiEni.Simulator.Kubernetes.Devices.DeviceSelector;

namespace MultiEni.Controller.Tests.DeviceClasses;

public sealed class ResourceClassTests
{
    [Fact]
    public void A_resource_has_a_class_by_which_its_name_gets_a_device_of_the_driver()
    {
        var desired = Assert.Single(ResourceClass.Of([On("intel.com/dpdk_1", "dpdk_1"), On("intel.com/dpdk_1", "dpdk_1")]));
        var stored = ResourceClass.Kind.ToObject(desired);

        Assert.Equal("eni-dpdk-1", stored.Metadata.Name);
        Assert.Equal("intel.com/dpdk_1", stored.Spec!.ExtendedResourceName);
        Assert.Equal(
            "device.driver == 'eni.networking.k8s.aws' && 'resourceName' in device.attributes['k8s.cni.cncf.io']"
                + " && device.attributes['k8s.cni.cncf.io'].resourceName == 'intel.com/dpdk_1'",
            Assert.Single(stored.Spec.Selectors).Cel!.Expression
        );
        Assert.Equal(desired, ResourceClass.Kind.FromObject(stored));

        // Somebody changes it.
        stored.Spec.Selectors.Add(stored.Spec.Selectors[0]);
        Assert.NotEqual(desired, ResourceClass.Kind.FromObject(stored));
    }

    /// <summary>An error would fail the allocation of pods that other devices would do for.</summary>
    [Theory]
    [InlineData("""{"k8s.cni.cncf.io/resourceName":{"string":"intel.com/dpdk_1"}}""", true)]
    [InlineData("""{"k8s.cni.cncf.io/resourceName":{"string":"intel.com/dpdk_2"}}""", false)]
    [InlineData("""{"k8s.cni.cncf.io/deviceID":{"string":"0000:00:06.0"}}""", false)]
    [InlineData("{}", false)]
    public void A_device_of_the_driver_without_the_name_is_passed_over(string attributes, bool matches)
    {
        var stored = ResourceClass.Kind.ToObject(Assert.Single(ResourceClass.Of([On("intel.com/dpdk_1", "dpdk_1")])));
        var selector = DeviceSelector.Compile(stored.Spec!.Selectors[0].Cel!.Expression!);

        Assert.Equal(
            matches,
            selector.Matches("eni.networking.k8s.aws", new JsonObject { ["name"] = "eni-a", ["attributes"] = JsonNode.Parse(attributes) })
        );
    }

    [Fact]
    public void The_default_name_of_a_device_has_a_class() =>
        Assert.Equal("intel.com/intel_sriov_netdevice_1", Assert.Single(ResourceClass.Of([On("intel.com/intel_sriov_netdevice_1")])).Resource);

    // enableDPDK, dpdkResourceName, dpdkPCIAddress, and whether it is told what is in a class's way.
    [Theory]
    [InlineData(true, null, null, true)]
    [InlineData(false, "fast", null, true)]
    [InlineData(false, null, "0000:00:06.0", true)]
    [InlineData(false, null, null, false)]
    public void Every_NodeENI_whose_devices_are_offered_is_told_of_its_class(bool dpdk, string? resource, string? address, bool isTold) =>
        Assert.Equal(
            isTold,
            ResourceClass.Kind.IsFor(
                A.NodeEni(spec: spec => (spec.EnableDpdk, spec.DpdkResourceName, spec.DpdkPciAddress) = (dpdk, resource, address))
            )
        );

    [Fact]
    public void An_agents_word_alone_makes_no_class_for_the_whole_cluster() => Assert.Empty(ResourceClass.Of([On("nvidia.com/gpu")]));

    [Fact]
    public void Of_two_resources_that_come_to_one_name_the_first_has_it() =>
        Assert.Equal("intel.com/a-b", Assert.Single(ResourceClass.Of([On("intel.com/a_b", "a_b"), On("intel.com/a-b", "a-b")])).Resource);

    [Theory]
    [InlineData("intel.com/x'")]
    [InlineData("intel.com/x\n")]
    [InlineData("intel.com/\u00fc")]
    [InlineData("a..b/x")]
    public void What_gives_no_name_of_an_object_is_left_out(string resource) => Assert.Empty(ResourceClass.Of([On(resource, resource)]));

    [Fact]
    public void A_device_that_is_not_offered_has_no_class() => Assert.Empty(ResourceClass.Of([On(null), new EniAttachment()]));

    private static EniAttachment On(string? reported, string? named = null) =>
        new()
        {
            Spec = new EniAttachmentSpec { Device = new DeviceSpec { ResourceName = named } },
            Status = new EniAttachmentStatus { Device = new DeviceStatus { ResourceName = reported } },
        };
}
