using System.Text.Json;
using MultiEni.Api;
using MultiEni.Api.ResourceClaims;
using MultiEni.Manager.Claims.Slices;

namespace MultiEni.Manager.Tests.Claims.Slices;

public sealed class SliceBuilderTests
{
    private static List<SliceDevice> Devices(bool keepsTaints, params SliceEntry[] entries) =>
        SliceBuilder.Build(Sample.Node, entries, keepsTaints).Spec.Devices ?? [];

    [Fact]
    public void A_node_is_a_pool_of_one_slice_which_is_there_without_a_device_too()
    {
        var spec = SliceBuilder.Build(Sample.Node, [], keepsTaints: true).Spec;
        Assert.Equal(
            """{"driver":"eni.networking.k8s.aws","pool":{"name":"node-1","generation":1,"resourceSliceCount":1},"nodeName":"node-1"}""",
            JsonSerializer.Serialize(spec, ApiJson.Default.ResourceSliceSpec)
        );
    }

    [Fact]
    public void A_device_is_named_after_its_ENI_and_tells_all_that_a_claim_may_choose_by()
    {
        var device = Assert.Single(Devices(true, Sample.Entry()));
        Assert.Equal("eni-a", device.Name);
        Assert.Null(device.Taints);
        Assert.Equal(
            [
                "availabilityZone=eu-central-1a",
                "deviceIndex=1",
                "dra.net/numaNode=0",
                "eni=eni-a",
                "iommu=iommu",
                "ipv4=10.0.1.6",
                "k8s.cni.cncf.io/deviceID=0000:00:06.0",
                "k8s.cni.cncf.io/resourceName=intel.com/dpdk_1",
                "kernelDriver=ena",
                "mac=02:00:00:00:00:06",
                "mode=kernel",
                "mtu=9001",
                "networkCard=0",
                "nodeENI=dpdk",
                "resource.kubernetes.io/numaNode=0",
                "resource.kubernetes.io/pciBusID=0000:00:06.0",
                "resource.kubernetes.io/pcieRoot=pci0000:00",
                "sg_a=True",
                "sg_b=True",
                "subnet=subnet-1",
            ],
            Texts(device)
        );
    }

    [Fact]
    public void What_is_not_known_is_left_out_and_the_ENI_of_a_device_without_one_is_its_place()
    {
        var bare = new ClaimableDevice(A.Offer(driver: "vfio-pci"), EniFacts.Unknown, new HostFacts { BehindIommu = false });
        Assert.Equal("pci-0000-00-06-0", bare.Name);
        var texts = Texts(new SliceDevice { Attributes = SliceBuilder.AttributesOf(bare) });
        Assert.Equal(6, texts.Count);
        Assert.Contains("mode=dpdk", texts);
        Assert.Contains("iommu=noiommu", texts);
    }

    [Theory]
    [InlineData(50, true)]
    [InlineData(70, false)] // with the prefix longer than the text of an attribute may be
    public void The_two_attributes_that_Multus_reads_are_there_together_or_not_at_all(int length, bool there)
    {
        var resource = $"{new string('a', length - 8)}.io/dpdk";
        var attributes = SliceBuilder.AttributesOf(Sample.Device(resource: resource));
        Assert.Equal(there, attributes.ContainsKey(DeviceAttributes.MultusDeviceId));
        Assert.Equal(there, attributes.ContainsKey(DeviceAttributes.MultusResourceName));
    }

    [Fact]
    public void Names_and_texts_of_attributes_are_within_what_the_API_server_takes()
    {
        var device = Sample.Device();
        device.Eni.NodeEni = new string('n', 253);
        device.Eni.SecurityGroups = [.. Enumerable.Range(0, 11).Select(number => $"sg-0123456789abcde{number:x2}")];
        var attributes = SliceBuilder.AttributesOf(device);
        Assert.Equal(29, attributes.Count);
        Assert.All(attributes.Values, value => Assert.True(value.String is null or { Length: <= 64 }));
        Assert.All(attributes.Keys, key => Assert.Matches("^([a-z0-9.]+/)?[a-zA-Z_][a-zA-Z0-9_]{0,31}$", key));
        Assert.Equal(Names.LabelValue(device.Eni.NodeEni), attributes[DeviceAttributes.NodeEni].String);

        // All groups of an ENI or none: whoever asks for the seventeenth would wait for ever.
        device.Eni.SecurityGroups = [.. Enumerable.Range(0, 16).Select(number => $"sg-{number}")];
        Assert.Equal(18, SliceBuilder.AttributesOf(device).Count);
    }

    [Fact]
    public void A_device_that_nobody_could_use_is_given_to_no_further_claim_and_says_why()
    {
        var taint = Assert.Single(Assert.Single(Devices(true, Sample.Entry(standing: Sample.Driverless))).Taints!);
        Assert.Equal(("eni.networking.k8s.aws/unusable", Reasons.Driverless, "NoSchedule"), (taint.Key, taint.Value, taint.Effect));
    }

    [Fact]
    public void A_device_that_was_detached_from_outside_is_out_at_once_and_the_pods_of_its_claim_are_ended()
    {
        Assert.Empty(Devices(true, Sample.Entry(standing: Sample.Gone)));
        var taint = Assert.Single(Assert.Single(Devices(true, Sample.Entry(standing: Sample.Gone, claimed: true))).Taints!);
        Assert.Equal((Reasons.DeviceRemoved, "NoExecute"), (taint.Value, taint.Effect));
    }

    [Fact]
    public void A_device_that_is_taken_back_is_first_kept_from_further_claims()
    {
        var taint = Assert.Single(Assert.Single(Devices(true, Sample.Entry(standing: new DeviceStanding.Withdrawn()))).Taints!);
        Assert.Equal(("eni.networking.k8s.aws/withdrawn", "NoSchedule"), (taint.Key, taint.Effect));
    }

    [Fact]
    public void Where_taints_are_not_stored_such_a_device_is_not_listed_unless_a_claim_has_it()
    {
        var devices = Devices(
            false,
            Sample.Entry("a", Sample.Driverless),
            Sample.Entry("b", new DeviceStanding.Withdrawn()),
            Sample.Entry("c", Sample.Driverless, claimed: true),
            Sample.Entry("d")
        );
        Assert.Equal(["eni-c", "eni-d"], devices.Select(device => device.Name));
    }

    [Theory]
    [InlineData(128, false, 0)]
    [InlineData(129, false, 1)]
    [InlineData(64, true, 0)]
    [InlineData(65, true, 1)]
    public void A_slice_has_room_for_so_many_and_what_a_claim_has_is_never_left_out(int count, bool tainted, int leftOut)
    {
        var entries = Enumerable
            .Range(0, count)
            .Select(number => Sample.Entry($"{number:d3}", number == 0 && tainted ? Sample.Driverless : null, claimed: number == count - 1))
            .ToList();
        var content = SliceBuilder.Build(Sample.Node, entries, keepsTaints: true);
        Assert.Equal((leftOut, count - leftOut), (content.LeftOut, content.Spec.Devices!.Count));
        Assert.Contains(content.Spec.Devices, device => device.Name == $"eni-{count - 1:d3}");
        Assert.Equal(
            content.Spec.Devices.Select(device => device.Name).Order(StringComparer.Ordinal),
            content.Spec.Devices.Select(device => device.Name)
        );
    }

    private static List<string> Texts(SliceDevice device) =>
        [
            .. device
                .Attributes!.Select(entry => $"{entry.Key}={entry.Value.String ?? entry.Value.Int?.ToString() ?? entry.Value.Bool?.ToString()}")
                .Order(StringComparer.Ordinal),
        ];
}
