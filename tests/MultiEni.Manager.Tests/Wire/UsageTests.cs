using MultiEni.Api;
using MultiEni.Simulator;
using MultiEni.Simulator.Nodes;

namespace MultiEni.Manager.Tests.Wire;

public sealed class UsageTests
{
    [Theory]
    [InlineData("vfio-pci", "vfio_pci", "/dev/vfio/noiommu-0")]
    [InlineData("igb_uio", "igb_uio", "/dev/uio0")]
    public async Task S11_a_device_that_a_process_has_open_is_not_torn_away_and_the_process_is_named(string driver, string module, string node)
    {
        await using var bench = await AgentBench.StartAsync(new SimulatedClusterOptions { Host = new SimulatedHostOptions { Modules = [module] } });
        var address = bench.Attach("a", 1, device => device["driver"] = driver);
        await bench.UntilAdvertised("a");
        using (bench.Node.HoldOpen(address))
        {
            bench.Delete("a");
            await bench.UntilReason("a", ConditionTypes.Released, Reasons.DeviceInUse, "dpdk-testpmd (process 4001)", node);
            Assert.Equal(driver, bench.Node.Device(address)!.Driver);
        }

        await bench.Until(() => !bench.HasFinalizer("a", Names.DeviceFinalizer), "the release");
        Assert.Equal("ena", bench.Node.Device(address)!.Driver);
    }
}
