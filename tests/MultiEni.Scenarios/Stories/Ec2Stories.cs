using MultiEni.Controller.Leaks;
using MultiEni.Scenarios.KubernetesApi;
using MultiEni.Scenarios.Staging;
using MultiEni.Simulator.Ec2;

namespace MultiEni.Scenarios.Stories;

/// <summary>
/// What EC2 does to the product, and what the product asks of it. Needs the simulated cluster for
/// its EC2 and for ready devices.
/// </summary>
public class Ec2Stories
{
    [Fact]
    public async Task Lost_answers_of_create_calls_make_no_second_ENI()
    {
        await using var stage = await Stage.StartAsync(new StageOptions { Nodes = 3 });
        stage.Cluster.Ec2.Faults.LoseNextAnswers("CreateNetworkInterface", 2);
        await stage.ApplyAsync(Manifests.NodeEni("unlucky"));
        await stage.UntilReadyAsync("unlucky", 3);

        Assert.Equal(stage.Nodes, stage.OurEnis.Select(row => row.Tags["Node"]).Order());
        await stage.DeleteNodeEniAsync("unlucky");
        await stage.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task Throttling_only_takes_time()
    {
        var throttling = new Ec2Throttling
        {
            Overrides = new Dictionary<string, BucketSize> { ["CreateNetworkInterface"] = new(1, 0.3), ["AttachNetworkInterface"] = new(1, 0.3) },
        };
        await using var stage = await Stage.StartAsync(
            new StageOptions { Nodes = 4, Cluster = options => options with { Ec2 = options.Ec2 with { Throttling = throttling } } }
        );
        await stage.ApplyAsync(Manifests.NodeEni("patient"));
        await stage.UntilReadyAsync("patient", 4);

        Assert.NotEqual(0, stage.Cluster.Ec2.Counters.Snapshot().Throttled);
        Assert.Equal(4, stage.OurEnis.Count);
        await stage.DeleteNodeEniAsync("patient");
        await stage.AssertNothingLeftAsync();
    }

    [Fact]
    [NeedsSimulatedApiServer]
    [Trait("speed", "slow")]
    public async Task A_cluster_in_which_nothing_changes_costs_one_sweep_a_resync_and_no_write()
    {
        await using var stage = await Stage.StartAsync(
            new StageOptions
            {
                ApiServer = new KubernetesApiChoice.Simulator(),
                Controller = settings => settings with { ReconcilePeriod = TimeSpan.FromSeconds(5) },
            }
        );
        await stage.ApplyAsync(Manifests.NodeEni("idle"));
        await stage.ApplyAsync(Manifests.NodeEni("idle-bound", "deviceIndex: 2", "enableDPDK: true"));
        await stage.UntilReadyAsync("idle", 2);
        await stage.UntilReadyAsync("idle-bound", 2);
        await UntilSweepsAsync(stage, 3);
        var begin = stage.Time.GetTimestamp();
        stage.Cluster.Kubernetes.Faults.ResetCounts();
        stage.Cluster.Ec2.Counters.Reset();

        await UntilSweepsAsync(stage, 6);

        var resyncs = stage.Time.GetElapsedTime(begin) / TimeSpan.FromSeconds(5);
        var calls = stage.Cluster.Ec2.Counters.Snapshot();
        Assert.Equal(["DescribeNetworkInterfaces"], calls.Actions.Where(action => action.Value.Total > 0).Select(action => action.Key));
        Assert.True(calls.Total <= resyncs + 1, $"{calls.Total} sweeps in {resyncs:0.0} resyncs");
        Assert.Equal(0, stage.Cluster.Kubernetes.Faults.Count().Writes);
    }

    [Fact]
    public async Task An_ENI_of_ours_that_nobody_wants_is_deleted_after_the_grace_and_a_foreign_one_is_not()
    {
        await using var stage = await Stage.StartAsync(
            new StageOptions
            {
                Nodes = 1,
                Controller = settings =>
                    settings with
                    {
                        ReconcilePeriod = TimeSpan.FromSeconds(5),
                        Leaks = new LeakLimits { Grace = TimeSpan.FromSeconds(8) },
                    },
            }
        );
        await stage.ApplyAsync(Manifests.NodeEni("kept"));
        await stage.UntilReadyAsync("kept", 1);
        var kept = stage.OurEnis.Single();

        var leaked = await stage.CreateEniAsync(new Dictionary<string, string>(kept.Tags) { ["networking.k8s.aws/slot"] = "of-nobody" });
        var foreign = await stage.CreateEniAsync(new Dictionary<string, string> { ["NodeENI"] = "kept", ["Name"] = "somebody's" });
        await stage.UntilAsync(() => stage.Cluster.Ec2.World.FindNetworkInterface(leaked) is null, "the leaked ENI is deleted");
        await UntilSweepsAsync(stage, 4);

        Assert.NotNull(stage.Cluster.Ec2.World.FindNetworkInterface(foreign));
        Assert.NotNull(stage.Cluster.Ec2.World.FindNetworkInterface(kept.Id));
    }

    [Fact]
    public async Task An_ENI_of_another_cluster_is_neither_taken_nor_deleted_even_for_the_same_slot()
    {
        await using var stage = await Stage.StartAsync(
            new StageOptions
            {
                Nodes = 1,
                ClusterName = "one",
                Controller = settings =>
                    settings with
                    {
                        ReconcilePeriod = TimeSpan.FromSeconds(5),
                        Leaks = new LeakLimits { Grace = TimeSpan.FromSeconds(5) },
                    },
            }
        );
        await stage.ApplyAsync(Manifests.NodeEni("shared"));
        await stage.UntilReadyAsync("shared", 1);
        var own = stage.OurEnis.Single();
        Assert.Equal("one", own.Tags["networking.k8s.aws/cluster"]);

        var other = await stage.CreateEniAsync(new Dictionary<string, string>(own.Tags) { ["networking.k8s.aws/cluster"] = "two" });
        await stage.StopControllerAsync();
        stage.StartController();
        await UntilSweepsAsync(stage, 5);
        await stage.DeleteNodeEniAsync("shared");
        await stage.UntilGoneAsync("shared");

        Assert.Null(stage.Cluster.Ec2.World.FindNetworkInterface(own.Id));
        Assert.NotNull(stage.Cluster.Ec2.World.FindNetworkInterface(other));
    }

    private static Task UntilSweepsAsync(Stage stage, int more)
    {
        var before = stage.Calls("DescribeNetworkInterfaces");
        return stage.UntilAsync(() => stage.Calls("DescribeNetworkInterfaces") >= before + more, $"EC2 was swept {more} more times");
    }
}
