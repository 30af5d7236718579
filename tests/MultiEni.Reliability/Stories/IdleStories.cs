using MultiEni.Reliability.Lab;

namespace MultiEni.Reliability.Stories;

/// <summary>What it costs when nothing happens.</summary>
public sealed class IdleStories : Story
{
    /// <summary>
    /// W1: the Go controller's own status writes start the next pass, for ever, with six EC2 calls
    /// for each ENI.
    /// </summary>
    [Fact]
    public async Task An_idle_cluster_of_100_nodes_with_200_ENIs_costs_one_sweep_a_resync_and_the_lease_and_nothing_else()
    {
        var options = new ClusterOptions
        {
            Nodes = 100,
            Controller = new ClusterOptions().Controller with
            {
                ReconcilePeriod = TimeSpan.FromMinutes(5),
                LeaseDuration = TimeSpan.FromMinutes(10),
                RenewDeadline = TimeSpan.FromMinutes(8),
            },
        };
        var cluster = await StartAsync(options);
        cluster.StartController();
        cluster.Apply(Fleet);
        await ReadyAsync(cluster, options.Nodes, TimeSpan.FromMinutes(20));
        await WaitAsync(TimeSpan.FromMinutes(2));

        var before = cluster.Ec2.Counters.Snapshot();
        cluster.Kubernetes.Faults.ResetCounts();
        await WaitAsync(options.Controller.ReconcilePeriod * 10);
        var after = cluster.Ec2.Counters.Snapshot();

        Assert.Equal(10, after.Total - before.Total);
        Assert.Equal(10, after["DescribeNetworkInterfaces"].Total - before["DescribeNetworkInterfaces"].Total);
        var counts = cluster.Kubernetes.Faults.Count();
        Assert.Equal(counts.Of("update", "leases"), counts.Writes);
        Assert.Equal(0, counts.Of("list", "eniattachments") + counts.Of("list", "nodes") + counts.Of("list", "nodeenis"));
    }

    /// <summary>W1: kubelets write their node's status every few seconds.</summary>
    [Fact]
    public async Task What_kubelets_and_the_controller_itself_write_into_statuses_starts_no_call()
    {
        var cluster = await StartReadyAsync();
        await WaitAsync(TimeSpan.FromSeconds(20));
        var before = cluster.Ec2.Counters.Snapshot();
        cluster.Kubernetes.Faults.ResetCounts();

        for (var beat = 0; beat < 20; beat++)
        {
            cluster.Kubernetes.Store.Change(
                "nodes",
                "node-1",
                node => node["metadata"]!["annotations"] = new System.Text.Json.Nodes.JsonObject { ["beat"] = $"{beat}" }
            );
            await WaitAsync(TimeSpan.FromSeconds(1));
        }

        var after = cluster.Ec2.Counters.Snapshot();
        Assert.InRange(after.Total - before.Total, 0, 1);
        Assert.Equal(before.Mutating, after.Mutating);
        var counts = cluster.Kubernetes.Faults.Count();
        Assert.Equal(counts.Of("update", "leases"), counts.Writes);
    }
}
