namespace MultiEni.Manager.Tests.Wire;

public sealed class LogTests
{
    [Fact]
    public async Task A_change_is_logged_with_its_node_NodeENI_ENI_and_device()
    {
        await using var bench = await AgentBench.StartAsync();
        var address = bench.Attach("a", 1);
        await bench.UntilAdvertised("a");
        bench.Delete("a");
        await bench.Until(() => !bench.HasFinalizer("a", MultiEni.Api.Names.DeviceFinalizer), "the release");

        foreach (
            var change in (string[])
                [$"bind of {address} for a (ENI eni-a) is done", $"unbind of {address} for a (ENI eni-a) is done", "is advertised as"]
        )
        {
            var line = bench.Log.Split('\n').First(line => line.Contains(change, StringComparison.Ordinal));
            Assert.Contains($"Node={bench.NodeName}", line, StringComparison.Ordinal);
            Assert.Contains("NodeEni=dpdk", line, StringComparison.Ordinal);
        }
    }
}
