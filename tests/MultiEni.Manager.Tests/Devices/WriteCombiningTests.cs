using MultiEni.Manager.Devices;

namespace MultiEni.Manager.Tests.Devices;

public sealed class WriteCombiningTests
{
    [Theory]
    [InlineData("igb_uio", null, "igb_uio")]
    [InlineData("vfio-pci", "", "none")]
    [InlineData("vfio-pci", "OE", "patched")]
    [InlineData("vfio-pci", "E", "none")]
    [InlineData("vfio-pci", null, "unknown")]
    [InlineData("uio_pci_generic", "", "unknown")]
    [InlineData(null, "", "unknown")]
    public void The_drivers_tell_what_can_be_told(string? driver, string? taint, string expected) =>
        Assert.Equal(expected, WriteCombining.Of(driver, taint));
}
