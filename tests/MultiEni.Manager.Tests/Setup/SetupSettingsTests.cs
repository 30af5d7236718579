using MultiEni.Manager.Setup;
using MultiEni.Operator.Configuration;

namespace MultiEni.Manager.Tests.Setup;

public sealed class SetupSettingsTests
{
    [Fact]
    public void The_default_driver_is_the_one_that_is_set_up() => Assert.Equal(["igb_uio"], Read([], ("DEFAULT_DPDK_DRIVER", "igb_uio")).Drivers);

    [Fact]
    public void More_drivers_can_be_named() =>
        Assert.Equal(["vfio-pci", "uio_pci_generic"], Read(["--dpdk-drivers=vfio-pci,uio_pci_generic"]).Drivers);

    [Fact]
    public void An_unknown_driver_is_refused_with_those_that_are_known()
    {
        var error = Assert.Throws<SettingsException>(() => Read(["--dpdk-drivers=nvme"]));
        Assert.Contains("vfio-pci, igb_uio, uio_pci_generic", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_simulated_host_is_refused_since_the_modules_of_this_machine_would_be_loaded()
    {
        var error = Assert.Throws<SettingsException>(() => Read([], ("ENI_MANAGER_HOST", "http://127.0.0.1:1/hosts/a")));
        Assert.Contains("simulated host has no kernel", error.Message, StringComparison.Ordinal);
        Assert.Equal("kernel:/host", Read([], ("ENI_MANAGER_HOST", "kernel:/host")).Host);
    }

    private static SetupSettings Read(string[] arguments, params (string Name, string Value)[] environment)
    {
        var reader = new SettingsReader("eni-manager setup", arguments, name => environment.FirstOrDefault(pair => pair.Name == name).Value);
        var settings = SetupSettings.Read(reader);
        reader.Finish();
        return settings;
    }
}
