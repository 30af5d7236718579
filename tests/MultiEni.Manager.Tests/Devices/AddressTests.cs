using CsCheck;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;

namespace MultiEni.Manager.Tests.Devices;

public sealed class AddressTests
{
    [Theory]
    [InlineData("0000:00:06.0", "0000:00:06.0")]
    [InlineData("00:06.0", "0000:00:06.0")]
    [InlineData(" 0000:00:1F.7 ", "0000:00:1f.7")]
    [InlineData("ABCD:ef:10.3", "abcd:ef:10.3")]
    public void A_pci_address_is_normalised(string text, string expected) => Assert.Equal(expected, PciAddress.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("0000:00:06")]
    [InlineData("0000:00:26.0")]
    [InlineData("0000:00:06.8")]
    [InlineData("000g:00:06.0")]
    [InlineData("0000:00:06.0/../..")]
    [InlineData("../../../etc")]
    public void What_is_no_pci_address_is_refused_with_an_example(string text) =>
        Assert.Contains("0000:00:06.0", Assert.Throws<FormatException>(() => PciAddress.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Every_address_that_parses_reads_back_as_itself() =>
        Gen.Select(Gen.Int[0, 0xffff], Gen.Int[0, 0xff], Gen.Int[0, 0x1f], Gen.Int[0, 7])
            .Sample(
                (domain, bus, device, function) =>
                {
                    var text = $"{domain:x4}:{bus:x2}:{device:x2}.{function}";
                    return PciAddress.Parse(text.ToUpperInvariant()).ToString() == text;
                }
            );

    [Theory]
    [InlineData("../../devices/pci0000:00/0000:00:05.0/virtio2/net/ens5", "0000:00:05.0")]
    [InlineData("../../../0000:00:06.0", "0000:00:06.0")]
    [InlineData("../../devices/pci0000:00/0000:00:01.0/0000:05:00.0/net/eth1", "0000:05:00.0")]
    public void The_nearest_pci_ancestor_is_the_last_in_the_path(string path, string expected) =>
        Assert.Equal(PciAddress.Parse(expected), PciAddress.LastIn(path));

    [Fact]
    public void A_virtual_interface_has_no_pci_ancestor() => Assert.Null(PciAddress.LastIn("../../devices/virtual/net/lo"));

    [Fact]
    public void A_hardware_address_is_normalised() => Assert.Equal(MacAddress.Parse("02:1b:00:00:00:07"), MacAddress.Parse("02-1B-00-00-00-07"));

    [Theory]
    [InlineData("")]
    [InlineData("02:1b:00:00:00")]
    [InlineData("02:1b:00:00:00:0g")]
    [InlineData("02:1b:00:00:00:07:08")]
    public void What_is_no_hardware_address_is_refused(string text) => Assert.False(MacAddress.TryParse(text, out _));
}
