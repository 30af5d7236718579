using Microsoft.Extensions.Logging.Abstractions;
using MultiEni.VirtualTime;

namespace MultiEni.Scenarios.Scale;

/// <summary>
/// What <c>./bench convergence</c> measures, small and held to. On virtual time, so neither a slow
/// machine nor a fast one changes the figures.
/// </summary>
[Collection(nameof(AloneInProcess))]
public sealed class ConvergenceTests
{
    // One pipeline: look at the node, create, attach, wait for the poll. It does not grow with the
    // fleet.
    private static readonly TimeSpan Pipeline = TimeSpan.FromSeconds(12);

    [Theory]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(3, false)]
    public async Task A_fleet_has_its_ENIs_one_pipeline_after_the_soonest_that_the_quotas_allow(double quotas, bool withoutCheck)
    {
        var result = await RunAsync(new ConvergenceCase(60, 4, quotas, withoutCheck));

        Assert.InRange(result.Ready, result.Case.ReadyBound, result.Case.ReadyBound + Pipeline);
        Assert.InRange(result.Hardened, result.Case.HardenedBound, result.Case.HardenedBound + Pipeline);
        Assert.InRange(result.Calls.PeakUnattached, 1, 100);
        Assert.Equal(0, result.Calls.Throttled);
    }

    [Fact]
    public async Task Each_ENI_costs_the_calls_and_writes_that_it_needs_and_the_fleet_a_handful_more()
    {
        using var counts = new ReconcileCounts();
        var result = await RunAsync(new ConvergenceCase(60, 4, 1, WithoutSourceDestCheck: false));
        var enis = result.Case.Enis;

        Assert.Equal(enis, result.Calls["CreateNetworkInterface"].Total);
        Assert.Equal(enis, result.Calls["AttachNetworkInterface"].Total);
        Assert.Equal(enis, result.Calls["ModifyNetworkInterfaceAttribute"].Total);

        // One poll in two seconds, and the nodes' indexes in batches.
        Assert.InRange(result.Calls["DescribeNetworkInterfaces"].Total, 1, (int)(result.Hardened.TotalSeconds / 2) + 15);
        Assert.Equal(enis, result.KubernetesWrites["patch eniattachments"]);
        Assert.InRange(result.KubernetesWrites["patch eniattachments/status"], enis, 2 * enis);

        // A status that holds all nodes is written once a second at most, and attachments that
        // become ready are no reason to plan again.
        Assert.InRange(result.KubernetesWrites["patch nodeenis/status"], 1, (long)result.Hardened.TotalSeconds + 2);
        Assert.InRange(counts.Of("plan"), 1, 5);
    }

    [Fact]
    public async Task Nodes_become_usable_one_after_the_other_also_when_several_NodeENIs_ask()
    {
        var result = await RunAsync(new ConvergenceCase(60, 4, 1, WithoutSourceDestCheck: true) { NodeEnis = 4 });

        // Slot by slot, half of the nodes would be usable only when nearly all ENIs are there.
        Assert.InRange(result.NodeReadyPercentile(0.5) / result.Ready, 0, 0.7);
        Assert.InRange(result.Ready, result.Case.ReadyBound, result.Case.ReadyBound + Pipeline);
    }

    private static Task<ConvergenceResult> RunAsync(ConvergenceCase target) =>
        Convergence.RunAsync(target, NullLoggerFactory.Instance, TestContext.Current.CancellationToken);
}
