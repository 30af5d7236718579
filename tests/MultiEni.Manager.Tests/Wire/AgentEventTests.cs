using System.Text.Json.Nodes;
using MultiEni.Api;
using MultiEni.Simulator;
using MultiEni.Simulator.Kubernetes.Faults;
using MultiEni.Simulator.Nodes;

namespace MultiEni.Manager.Tests.Wire;

public sealed class AgentEventTests
{
    private static List<JsonObject> Events(AgentBench bench) => [.. bench.Cluster.Kubernetes.Store.List("events", "default")];

    private static IEnumerable<string> Reasons(AgentBench bench) => Events(bench).Select(told => told["reason"]!.GetValue<string>());

    [Fact]
    public async Task The_life_of_a_device_is_told_on_its_NodeENI_once_per_change_and_not_again_by_the_next_agent()
    {
        await using var bench = await AgentBench.StartAsync(environment: ("CHECK_INTERVAL", "1s"));
        bench.Attach("a", 1);
        await bench.Until(() => Reasons(bench).Order().SequenceEqual(["DPDKBound", "DeviceAdvertised"]), "the events of a bound device");
        var bound = Events(bench).Single(told => told["reason"]!.GetValue<string>() == "DPDKBound");
        Assert.Equal(
            ("NodeENI", "dpdk", "eni-manager", "Normal"),
            (
                bound["involvedObject"]!["kind"]!.GetValue<string>(),
                bound["involvedObject"]!["name"]!.GetValue<string>(),
                bound["source"]!["component"]!.GetValue<string>(),
                bound["type"]!.GetValue<string>()
            )
        );
        Assert.StartsWith(bench.NodeName, bound["message"]!.GetValue<string>(), StringComparison.Ordinal);

        await bench.StopAgentAsync();
        var log = bench.Log.Length;
        bench.StartAgent();
        bench.Attach("b", 2, device => device["use"] = "Plain");
        await bench.Until(() => bench.Log.Length > log && bench.IsTrue("b", ConditionTypes.Configured), "the next agent");
        bench.Delete("a");
        await bench.Until(() => Reasons(bench).Contains("DeviceReleased"), "the events of the release");
        Assert.Equal(["DPDKBound", "DPDKUnbound", "DeviceAdvertised", "DeviceReleased"], Reasons(bench).Order(StringComparer.Ordinal));
        Assert.All(Events(bench), told => Assert.Equal(1, told["count"]!.GetValue<int>()));
    }

    [Fact]
    public async Task A_failure_is_a_warning_told_once_although_it_is_tried_again_and_again()
    {
        await using var bench = await AgentBench.StartAsync(
            new SimulatedClusterOptions { Host = new SimulatedHostOptions { Modules = [] } },
            ("CHECK_INTERVAL", "1s")
        );
        bench.Attach("a", 1);
        await bench.Until(() => bench.Log.Split("failed with DriverModuleUnavailable").Length > 3, "the bind to be tried again");
        var failed = Assert.Single(Events(bench));
        Assert.Equal(
            ("DPDKBindFailed", "Warning", 1),
            (failed["reason"]!.GetValue<string>(), failed["type"]!.GetValue<string>(), failed["count"]!.GetValue<int>())
        );
        Assert.Contains("DriverModuleUnavailable", failed["message"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains("modprobe vfio-pci", failed["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_give_back_that_fails_is_told()
    {
        await using var bench = await AgentBench.StartAsync();
        bench.Attach("a", 1);
        await bench.UntilAdvertised("a");
        bench.Node.Faults.FailWrites("*/vfio-pci/unbind", LinuxErrors.AccessDenied, times: 100);
        bench.Delete("a");
        await bench.Until(() => Reasons(bench).Contains("DPDKUnbindFailed"), "the warning");
        Assert.Equal(MultiEni.Api.Reasons.InsufficientPermissions, bench.Reason("a", ConditionTypes.Released));
        bench.Node.Faults.Clear();
        await bench.Until(() => !bench.HasFinalizer("a", Names.DeviceFinalizer), "the release");
    }

    [Fact]
    public async Task A_finalizer_that_cannot_be_removed_is_told_once_and_takes_nothing_back()
    {
        await using var bench = await AgentBench.StartAsync();
        bench.Attach("a", 1);
        await bench.UntilAdvertised("a");
        var (refused, reports) = (0, 0);
        bench.Cluster.Kubernetes.Faults.BeforeRequest = request =>
        {
            if (request is { Resource: "eniattachments", Verb: "patch", Subresource: "status" } && Volatile.Read(ref refused) > 0)
            {
                Interlocked.Increment(ref reports);
            }

            var refuses = request is { Resource: "eniattachments", Verb: "patch", Subresource: "" };
            Interlocked.Add(ref refused, refuses ? 1 : 0);
            return ValueTask.FromResult<FaultAction?>(refuses ? new FaultAction.Fail(403) : null);
        };
        bench.Delete("a");
        await bench.Until(() => Volatile.Read(ref refused) >= 3, "the finalizer to be tried again");

        Assert.Equal(1, Volatile.Read(ref reports));
        Assert.True(bench.IsTrue("a", ConditionTypes.Released));
        Assert.Contains(Names.DeviceFinalizer, bench.Message("a", ConditionTypes.Released), StringComparison.Ordinal);
        bench.Cluster.Kubernetes.Faults.BeforeRequest = null;
        await bench.Until(() => !bench.HasFinalizer("a", Names.DeviceFinalizer), "the release");
        await bench.Until(() => Reasons(bench).Contains("DeviceReleased"), "the event");
        Assert.DoesNotContain("DPDKUnbindFailed", Reasons(bench));
        Assert.All(Events(bench), told => Assert.Equal(1, told["count"]!.GetValue<int>()));
    }
}
