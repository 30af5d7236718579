namespace MultiEni.Manager.Tests.Wire;

/// <summary>
/// Rule 22: asked to stop, the agent finishes the change under way within its grace period, or
/// leaves it so that the next one can.
/// </summary>
public sealed class ShutdownTests
{
    [Fact]
    public async Task A_bind_under_way_is_finished_before_the_agent_ends()
    {
        await using var bench = await AgentBench.StartClusterAsync();
        var address = bench.Attach("a", 1);
        var write = bench.Node.Faults.BlockWrite("*/vfio-pci/bind");
        var reached = false;
        bench.StartAgent(settings =>
            settings with
            {
                BeforeEachWrite = point => reached |= point.EndsWith("/vfio-pci/bind", StringComparison.Ordinal),
            }
        );
        await bench.Until(() => reached, "the bind to be under way");
        var stopping = bench.StopAgentAsync();
        Assert.False(stopping.IsCompleted);
        write.Dispose();
        await stopping;
        Assert.Equal("vfio-pci", bench.Node.Device(address)!.Driver);
        Assert.Contains("is done: vfio-pci holds it", bench.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bind_that_outlasts_the_grace_period_is_left_to_the_next_agent_which_finishes_it()
    {
        await using var bench = await AgentBench.StartClusterAsync();
        var address = bench.Attach("a", 1);
        var write = bench.Node.Faults.BlockWrite("*/vfio-pci/bind");
        var reached = false;
        bench.StartAgent(settings =>
            settings with
            {
                GracePeriod = TimeSpan.FromMilliseconds(50),
                BeforeEachWrite = point => reached |= point.EndsWith("/vfio-pci/bind", StringComparison.Ordinal),
            }
        );
        await bench.Until(() => reached, "the bind to be under way");
        await bench.StopAgentAsync();
        Assert.Null(bench.Node.Device(address)!.Driver);
        write.Dispose();
        bench.StartAgent();
        await bench.UntilAdvertised("a");
        Assert.Equal("vfio-pci", bench.Node.Device(address)!.Driver);
    }
}
