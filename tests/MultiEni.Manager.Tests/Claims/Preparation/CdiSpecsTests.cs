using MultiEni.Manager.Claims.Preparation;

namespace MultiEni.Manager.Tests.Claims.Preparation;

public sealed class CdiSpecsTests
{
    private static readonly PreparedClaim Claim = new()
    {
        Namespace = "ns",
        Name = "claim",
        Uid = "0b1c",
        Devices =
        [
            Device("eni-a", "0000:00:06.0", "intel.com/dpdk_1", "nic"),
            Device("eni-b", "0000:00:07.0", "intel.com/dpdk_1", "nic", "all"),
            Device("eni-c", "0000:00:08.0", "intel.com/dpdk_2", "nic"),
        ],
    };

    [Fact]
    public void Devices_of_one_resource_share_a_variable_within_their_request()
    {
        var devices = CdiSpecs.OfClaim(Claim)["devices"]!.AsArray();
        Assert.Equal(["claim-0b1c-request-all", "claim-0b1c-request-nic"], devices.Select(device => device!["name"]!.GetValue<string>()));
        Assert.Equal(["PCIDEVICE_INTEL_COM_DPDK_1=0000:00:07.0"], Variables(0));
        Assert.Equal(["PCIDEVICE_INTEL_COM_DPDK_1=0000:00:06.0,0000:00:07.0", "PCIDEVICE_INTEL_COM_DPDK_2=0000:00:08.0"], Variables(1));

        IEnumerable<string> Variables(int index) => devices[index]!["containerEdits"]!["env"]!.AsArray().Select(text => text!.GetValue<string>());
    }

    [Fact]
    public void What_belongs_to_a_request_comes_with_its_first_device_only()
    {
        Assert.Equal(
            ["eni.networking.k8s.aws/eni=claim-0b1c-request-nic", "eni.networking.k8s.aws/metadata=claim-0b1c-request-nic"],
            CdiSpecs.IdsOf(Claim, Claim.Devices[0])
        );
        Assert.Equal(
            ["eni.networking.k8s.aws/eni=claim-0b1c-request-all", "eni.networking.k8s.aws/metadata=claim-0b1c-request-all"],
            CdiSpecs.IdsOf(Claim, Claim.Devices[1])
        );
        Assert.Empty(CdiSpecs.IdsOf(Claim, Claim.Devices[2]));
    }

    // A runtime refuses a device without edits, and with it the whole file.
    [Fact]
    public void No_device_is_without_edits() =>
        Assert.All(CdiSpecs.OfClaim(Claim)["devices"]!.AsArray(), device => Assert.NotEmpty(device!["containerEdits"]!.AsObject()));

    [Theory]
    [InlineData("10.0.1.0/24", "10.0.1.1")]
    [InlineData("10.0.1.128/25", "10.0.1.129")]
    [InlineData("", null)]
    [InlineData("2001:db8::/64", null)]
    public void The_gateway_is_the_first_address_of_the_subnet(string cidr, string? gateway)
    {
        var device = Device("eni-a", "0000:00:06.0", "intel.com/dpdk_1", "nic");
        device.Eni.SubnetCidr = cidr;
        var document = DeviceMetadata.Of(new PreparedClaim { Name = "claim", Devices = [device] }, "nic");
        Assert.Equal(gateway, document["requests"]![0]!["devices"]![0]!["attributes"]!["gateway"]?["string"]?.GetValue<string>());
    }

    private static PreparedClaimDevice Device(string name, string address, string resource, params string[] requests) =>
        new()
        {
            Requests = [.. requests],
            Device = name,
            PciAddress = address,
            Ids = A.Ena.ToString(),
            Resource = resource,
            Driver = "ena",
        };
}
