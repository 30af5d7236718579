using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;

namespace MultiEni.Api.Tests;

public sealed class DeviceSpecTests
{
    [Fact]
    public void Without_any_DPDK_field_the_interface_is_plain() =>
        Assert.Equal(new DeviceSpec { Use = DeviceUses.Plain }, DeviceSpec.From(new NodeEniSpec()));

    [Theory]
    [InlineData("intel.com/x", null)]
    [InlineData(null, "0000:00:06.0")]
    [InlineData("intel.com/x", "0000:00:06.0")]
    public void A_name_or_an_address_alone_offers_the_device_with_its_kernel_driver(string? name, string? address) =>
        Assert.Equal(
            new DeviceSpec
            {
                Use = DeviceUses.Advertised,
                ResourceName = name,
                PciAddress = address,
            },
            DeviceSpec.From(new NodeEniSpec { DpdkResourceName = name, DpdkPciAddress = address })
        );

    [Theory]
    [InlineData(null, null)]
    [InlineData("intel.com/x", "0000:00:06.0")]
    public void EnableDPDK_binds_and_offers_the_device(string? name, string? address) =>
        Assert.Equal(
            new DeviceSpec
            {
                Use = DeviceUses.Bound,
                Driver = DpdkDrivers.IgbUio,
                ResourceName = name,
                PciAddress = address,
            },
            DeviceSpec.From(
                new NodeEniSpec
                {
                    EnableDpdk = true,
                    DpdkDriver = DpdkDrivers.IgbUio,
                    DpdkResourceName = name,
                    DpdkPciAddress = address,
                }
            )
        );

    [Fact]
    public void A_device_that_is_bound_when_claimed_is_offered_with_the_driver_to_bind() =>
        Assert.Equal(
            new DeviceSpec { Use = DeviceUses.Advertised, Driver = DpdkDrivers.VfioPci },
            DeviceSpec.From(new NodeEniSpec { EnableDpdk = true, DpdkBinding = DpdkBindings.WhenClaimed })
        );

    [Fact]
    public void Empty_texts_count_as_absent() =>
        Assert.Equal(new DeviceSpec { Use = DeviceUses.Plain }, DeviceSpec.From(new NodeEniSpec { DpdkResourceName = "", DpdkPciAddress = "" }));

    [Theory]
    [InlineData("vfio-pci", true)]
    [InlineData("igb_uio", true)]
    [InlineData("uio_pci_generic", true)]
    [InlineData("vfio", false)]
    [InlineData(null, false)]
    public void Only_the_drivers_of_DPDK_are_known(string? driver, bool known) => Assert.Equal(known, DpdkDrivers.Contains(driver));
}
