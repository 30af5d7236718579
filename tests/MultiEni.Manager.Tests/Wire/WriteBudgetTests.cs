using System.Collections.Concurrent;
using System.Globalization;
using MultiEni.Api;
using MultiEni.Simulator;
using MultiEni.Simulator.Kubernetes;
using MultiEni.Simulator.Kubernetes.Faults;

namespace MultiEni.Manager.Tests.Wire;

/// <summary>
/// What a device costs the API server, behind watches that lag as those of a real one do: exact
/// numbers.
/// </summary>
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
        // A plugin that reads its file for the first time after the change offers the device before
        // its restart, too, and a lagging watch shows that as the end of it.
        await bench.Until(
            () => bench.Cluster.Kubernetes.Store.List("pods", "kube-system").Any(pod => pod["status"]?["phase"]?.GetValue<string>() == "Running"),
            "the device plugin's first start"
        );
        var writes = Writes(bench);
        bench.Attach(
            "a",
            1,
            device =>
            {
                device["use"] = use;
                if (use != "Bound")
                {
                    device.Remove("driver");
                }
            }
        );
        var last = use == "Plain" ? ConditionTypes.Configured : ConditionTypes.Advertised;
        await bench.Until(() => bench.IsTrue("a", last), "the device");

        Assert.Equal(["patch", "patch status"], writes);
        writes.Clear();

        bench.Delete("a");
        await bench.Until(() => !bench.HasFinalizer("a", Names.DeviceFinalizer), "the release");
        await bench.StopAgentAsync();

        Assert.True(writes.SequenceEqual(["patch"]), string.Join(",", writes) + bench.Log);
    }

    [Fact]
    public async Task A_device_that_is_late_is_told_of_once_when_it_has_lasted()
    {
        await using var bench = await AgentBench.StartAsync();
        var writes = Writes(bench);

        bench.Announce("a", 1, device => device["use"] = "Plain", "02:00:00:00:01:01");
        await bench.UntilReason("a", ConditionTypes.Configured, Reasons.WaitingForDevice);
        var told = DateTimeOffset.Parse(
            bench.Condition("a", ConditionTypes.Configured)!["lastTransitionTime"]!.GetValue<string>(),
            CultureInfo.InvariantCulture
        );
        var created = DateTimeOffset.Parse(bench.Find("a")!["metadata"]!["creationTimestamp"]!.GetValue<string>(), CultureInfo.InvariantCulture);
        Assert.InRange(told - created, TransientReasons.Deferral - TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(20));
        Assert.Equal(["patch status"], writes);

        bench.Node.Plug("02:00:00:00:01:01", ["10.1.0.1"]);
        await bench.Until(() => bench.IsTrue("a", ConditionTypes.Configured), "the device");
        Assert.Equal(["patch status", "patch", "patch status"], writes);
    }

    private static ConcurrentQueue<string> Writes(AgentBench bench)
    {
        var writes = new ConcurrentQueue<string>();
        bench.Cluster.Kubernetes.Faults.AfterRequest = (request, code) =>
        {
            if (request is { IsWrite: true, Resource: "eniattachments" })
            {
                writes.Enqueue(code < 300 ? $"{request.Verb} {request.Subresource}".TrimEnd() : $"{request.Verb} {request.Path}: {code}");
            }

            return ValueTask.FromResult<FaultAction?>(null);
        };
        return writes;
    }
}
