using System.Collections.Concurrent;
using MultiEni.Api;
using MultiEni.Simulator;
using MultiEni.Simulator.Kubernetes;
using MultiEni.Simulator.Kubernetes.Faults;

namespace MultiEni.Manager.Tests.Wire;

/// <summary>What a device costs the API server, behind watches that lag as those of a real one do: exact numbers.</summary>
public sealed class WriteBudgetTests
{
    [Theory]
    [InlineData("Plain", "embedded", 1)]
    [InlineData("Bound", "embedded", 2)]
    [InlineData("Advertised", "embedded", 3)]
    [InlineData("Bound", "sriov-config", 4)]
    public async Task A_device_without_trouble_costs_a_finalizer_and_a_status_and_then_the_finalizer(string use, string publisher, int seed)
    {
        await using var bench = await AgentBench.StartAsync(
            new SimulatedClusterOptions { WatchLag = new WatchLag(TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(300), seed) },
            ("DEVICE_PUBLISHER", publisher)
        );
        var writes = new ConcurrentQueue<string>();
        bench.Cluster.Kubernetes.Faults.AfterRequest = (request, code) =>
        {
            if (request is { IsWrite: true, Resource: "eniattachments" })
            {
                writes.Enqueue(code < 300 ? $"{request.Verb} {request.Subresource}".TrimEnd() : $"{request.Verb} {request.Path}: {code}");
            }

            return ValueTask.FromResult<FaultAction?>(null);
        };

        // What the controller writes while EC2 attaches is nothing that the agent repeats.
        bench.Attach("a", 1, device => device["use"] = use);
        var last = use == "Plain" ? ConditionTypes.Configured : ConditionTypes.Advertised;
        await bench.Until(() => bench.IsTrue("a", last), "the device");

        Assert.Equal(["patch", "patch status"], writes);
        writes.Clear();

        bench.Delete("a");
        await bench.Until(() => !bench.HasFinalizer("a", Names.DeviceFinalizer), "the release");
        await bench.StopAgentAsync();

        Assert.Equal(["patch"], writes);
    }
}
