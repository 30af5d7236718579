using MultiEni.Api;
using MultiEni.Simulator.Kubernetes.Faults;
using MultiEni.Simulator.Nodes;

namespace MultiEni.Manager.Tests.Wire;

/// <summary>What an agent says of a release that does not go by itself.</summary>
public sealed class ReleaseReportTests
{
    [Fact]
    public async Task A_give_back_that_fails_is_told()
    {
        await using var bench = await AgentBench.StartAsync();
        bench.Attach("a", 1);
        await bench.UntilAdvertised("a");
        bench.Node.Faults.FailWrites("*/vfio-pci/unbind", LinuxErrors.AccessDenied, times: 100);
        bench.Delete("a");
        await bench.UntilReason("a", ConditionTypes.Released, Reasons.InsufficientPermissions);
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
    }
}
