using MultiEni.Api;
using MultiEni.Simulator;
using MultiEni.Simulator.Nodes;

namespace MultiEni.Manager.Tests.Wire;

/// <summary>
/// Devices that come and go, with every timer of the agent so slow that only the kernel's
/// announcements can wake it.
/// </summary>
public sealed class HotPlugTests
{
    private const string Mac = "02:00:00:00:01:01";
    private const string Resource = "intel.com/intel_sriov_netdevice_1";

    private static async Task<AgentBench> StartAsync(SimulatedHostOptions? host = null)
    {
        var bench = await AgentBench.StartClusterAsync(new SimulatedClusterOptions { Host = host ?? new SimulatedHostOptions() });
        bench.StartAgent(settings =>
            settings with
            {
                CheckInterval = TimeSpan.FromHours(1),
                EliminationDelay = TimeSpan.FromHours(1),
                RetryDelay = TimeSpan.FromHours(1),
            }
        );
        return bench;
    }

    [Fact]
    public async Task A_device_that_arrives_after_its_attachment_is_bound_when_the_kernel_announces_it()
    {
        await using var bench = await StartAsync(new SimulatedHostOptions { InterfaceDelay = TimeSpan.FromMilliseconds(200) });
        bench.Announce("a", 1, null, Mac);
        await bench.UntilReason("a", ConditionTypes.Configured, Reasons.WaitingForDevice);
        bench.Node.Plug(Mac, ["10.1.0.1"]);
        await bench.UntilAdvertised("a");
        Assert.Equal("vfio-pci", bench.Node.DeviceByMac(Mac)!.Driver);
    }

    [Fact]
    public async Task A_device_that_is_pulled_out_while_bound_is_no_longer_offered_and_its_return_is_bound_again()
    {
        await using var bench = await StartAsync();
        var address = bench.Attach("a", 1);
        await bench.UntilAdvertised("a");
        using var holder = bench.Node.HoldOpen(address);
        bench.Node.Vanish(Mac);
        await bench.UntilReason("a", ConditionTypes.Configured, Reasons.WaitingForDevice);
        await bench.Until(() => bench.Allocatable(Resource) is null or "0", "the resource to be gone");
        Assert.DoesNotContain(address, await File.ReadAllTextAsync(bench.PluginFile, AgentBench.Stop), StringComparison.Ordinal);
        bench.Node.Plug(Mac, ["10.1.0.1"]);
        await bench.UntilAdvertised("a");
    }

    [Fact]
    public async Task A_device_that_is_taken_away_while_a_process_holds_it_is_reported_and_the_other_ENIs_are_served()
    {
        await using var bench = await StartAsync();
        var address = bench.Attach("a", 1);
        await bench.UntilAdvertised("a");
        Task removal;
        using (bench.Node.HoldOpen(address))
        {
            removal = bench.Node.UnplugAsync(Mac, AgentBench.Stop);
            await bench.UntilReason("a", ConditionTypes.Configured, Reasons.RemovalBlocked, $"{address} is in use: dpdk-testpmd (process");
            Assert.DoesNotContain(address, await File.ReadAllTextAsync(bench.PluginFile, AgentBench.Stop), StringComparison.Ordinal);
            bench.Attach("b", 2);
            await bench.UntilAdvertised("b");
            Assert.False(removal.IsCompleted);
        }

        await removal;
        await bench.UntilReason("a", ConditionTypes.Configured, Reasons.WaitingForDevice);
        bench.Node.Plug(Mac, ["10.1.0.1"]);
        await bench.UntilAdvertised("a");
    }

    [Fact]
    public async Task Another_ENI_in_the_slot_of_one_that_was_pulled_out_is_not_bound_in_its_place()
    {
        await using var bench = await StartAsync(new SimulatedHostOptions { InterfaceDelay = TimeSpan.FromMilliseconds(300) });
        var address = bench.Attach("a", 1);
        await bench.UntilAdvertised("a");
        bench.Node.Vanish(Mac);
        Assert.Equal(
            address,
            bench.Attach(
                "b",
                2,
                device =>
                {
                    device["use"] = "Plain";
                    device.Remove("driver");
                }
            )
        );
        await bench.Until(() => bench.IsTrue("b", ConditionTypes.Configured), "the other ENI's link");
        var newcomer = bench.Node.Device(address)!;
        Assert.Equal(("ena", null), (newcomer.Driver, newcomer.DriverOverride));
        Assert.Equal(Reasons.WaitingForDevice, bench.Reason("a", ConditionTypes.Configured));
    }
}
