using MultiEni.Api;
using MultiEni.Scenarios.KubernetesApi;
using MultiEni.Scenarios.Staging;
using MultiEni.Simulator.Kubernetes.Faults;

namespace MultiEni.Scenarios.Stories;

/// <summary>
/// Whoever applies a change and then waits for Ready may rely on it: not a moment before the last
/// ENI is as applied, and until then the reason names what holds it back. Needs the simulated
/// cluster for ready devices.
/// </summary>
public class ReadinessStories
{
    [Theory]
    [InlineData("enableDPDK: false", "mtu: 1500", "mtu: 9001")]
    [InlineData("enableDPDK: true", "dpdkDriver: vfio-pci", "dpdkDriver: uio_pci_generic")]
    public async Task A_change_that_is_the_ENI_managers_part_is_not_ready_while_there_is_none(string use, string before, string after)
    {
        await using var stage = await Stage.StartAsync(
            new StageOptions
            {
                Nodes = 1,
                Cluster = options => options with { Host = options.Host with { Modules = [.. options.Host.Modules, "uio_pci_generic"] } },
            }
        );
        var node = stage.Nodes[0];
        await stage.ApplyAsync(Manifests.NodeEni("fleet", use, before));
        await stage.UntilReadyAsync("fleet", 1);
        await stage.StopManagerAsync(node);

        await stage.ApplyAsync(Manifests.NodeEni("fleet", use, after));
        await using var wait = WaitForReady.Begin(stage, "fleet", attachment => attachment.Metadata.Generation == 2, enis: 1);
        var ready = await stage.UntilNotReadyAsync("fleet", $"waiting for the ENI manager on {node}");
        Assert.Equal(Reasons.Progressing, ready.Reason);
        Assert.Equal("0/1", (await stage.NodeEniAsync("fleet"))!.Status!.Ready);

        stage.StartManager(node);
        await stage.UntilReadyAsync("fleet", 1);
        Assert.Empty(wait.TooEarly);
    }

    [Fact]
    public async Task A_rollout_is_not_ready_before_its_last_node_is()
    {
        await using var stage = await ReadyStageAsync(nodes: 3);
        await using var wait = await ReplaceAsync(stage);

        var ready = await stage.UntilNotReadyAsync("fleet", "ENIs still have the previous specification");
        Assert.Equal(Reasons.RolloutInProgress, ready.Reason);

        await stage.UntilReadyAsync("fleet", 3);
        Assert.All(await stage.AttachmentsAsync("fleet"), attachment => Assert.Equal(5, attachment.Spec!.DeviceIndex));
        Assert.Empty(wait.TooEarly);
    }

    [Fact]
    [NeedsSimulatedApiServer]
    public async Task A_rollout_that_cannot_begin_because_deletes_are_refused_is_not_ready_and_says_so()
    {
        await using var stage = await ReadyStageAsync(nodes: 2, new KubernetesApiChoice.Simulator());
        stage.Cluster.Kubernetes.Faults.BeforeRequest = request =>
            ValueTask.FromResult<FaultAction?>(
                request is { Verb: "delete", Resource: "eniattachments" } && request.User.EndsWith(":eni-controller", StringComparison.Ordinal)
                    ? new FaultAction.Fail(403)
                    : null
            );
        await using var wait = await ReplaceAsync(stage);

        var ready = await stage.UntilNotReadyAsync("fleet", ": 403");
        Assert.Equal(Reasons.KubernetesApiError, ready.Reason);
        Assert.Contains("eniattachments", ready.Message, StringComparison.Ordinal);

        stage.Cluster.Kubernetes.Faults.BeforeRequest = null;
        await stage.UntilReadyAsync("fleet", 2);
        Assert.Empty(wait.TooEarly);
    }

    [Fact]
    public async Task A_rollout_that_waits_for_a_node_that_does_not_become_ready_is_not_ready_and_names_the_node()
    {
        await using var stage = await Stage.StartAsync(new StageOptions { Nodes = 3 });
        var dead = stage.Nodes[0];
        await stage.StopManagerAsync(dead);
        await stage.ApplyAsync(Manifests.NodeEni("fleet", "deviceIndex: 2"));
        await stage.UntilAsync(async () => (await stage.NodeEniAsync("fleet"))?.Status?.ReadyEnis == 2, "the others are ready");
        await using var wait = await ReplaceAsync(stage);

        var ready = await stage.UntilNotReadyAsync(
            "fleet",
            "2 of 3 ENIs still have the previous specification; the next are replaced when the ENIs of these nodes are ready: "
                + $"{dead}: waiting for the ENI manager on {dead}"
        );
        Assert.Equal(Reasons.RolloutInProgress, ready.Reason);

        stage.StartManager(dead);
        await stage.UntilReadyAsync("fleet", 3);
        Assert.Empty(wait.TooEarly);
    }

    private static async Task<Stage> ReadyStageAsync(int nodes, KubernetesApiChoice? apiServer = null)
    {
        var stage = await Stage.StartAsync(new StageOptions { Nodes = nodes, ApiServer = apiServer });
        await stage.ApplyAsync(Manifests.NodeEni("fleet", "deviceIndex: 2"));
        await stage.UntilReadyAsync("fleet", nodes);
        return stage;
    }

    // An ENI cannot change its index in place.
    private static async Task<WaitForReady> ReplaceAsync(Stage stage)
    {
        await stage.ApplyAsync(Manifests.NodeEni("fleet", "deviceIndex: 5"));
        return WaitForReady.Begin(stage, "fleet", attachment => attachment.Spec!.DeviceIndex == 5, stage.Nodes.Count);
    }
}
