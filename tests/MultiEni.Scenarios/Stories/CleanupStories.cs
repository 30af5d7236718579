using MultiEni.Api;
using MultiEni.Api.Kubernetes;
using MultiEni.Controller.Attachments;
using MultiEni.Scenarios.Staging;

namespace MultiEni.Scenarios.Stories;

/// <summary>Cleanups that take long. Needs the simulated cluster for ready devices.</summary>
public class CleanupStories
{
    [Fact]
    public async Task A_cleanup_that_takes_too_long_is_told_once_and_never_given_up()
    {
        await using var stage = await Stage.StartAsync(
            new StageOptions
            {
                Nodes = 1,
                Acceleration = 30,
                Controller = settings =>
                    settings with
                    {
                        MaximumCleanupDuration = TimeSpan.FromSeconds(20),
                        TimeLimits = new EniTimeLimits { Release = TimeSpan.FromHours(1) },
                        ReconcilePeriod = TimeSpan.FromSeconds(10),
                    },
            }
        );
        await stage.ApplyAsync(Manifests.NodeEni("slow", "enableDPDK: true"));
        await stage.UntilReadyAsync("slow", 1);
        await stage.StopManagerAsync(stage.Nodes[0]);
        await stage.DeleteNodeEniAsync("slow");

        await stage.UntilAsync(
            async () =>
                (await stage.NodeEniAsync("slow"))!
                    .Status!.Conditions.Find(ConditionTypes.Ready)!
                    .Message.Contains("MAX_CLEANUP_DURATION", StringComparison.Ordinal),
            "the condition tells of the delay"
        );
        await stage.UntilAsync(
            async () => (await stage.Api.EventReasonsAsync("slow", Stage.Stop)).Contains("CleanupTimeout"),
            "an event tells of it"
        );
        Assert.Single(stage.OurEnis);

        stage.StartManager(stage.Nodes[0]);
        await stage.UntilGoneAsync("slow");
        await stage.AssertNothingLeftAsync();
    }

    [Fact]
    [Trait("weakness", "W19")]
    public async Task A_detachment_that_hangs_is_forced_at_last_and_not_again_and_again()
    {
        await using var stage = await Stage.StartAsync(
            new StageOptions
            {
                Nodes = 1,
                Acceleration = 30,
                Cluster = options =>
                    options with
                    {
                        Ec2 = options.Ec2 with { Latencies = options.Ec2.Latencies with { Detach = TimeSpan.FromSeconds(90) } },
                    },
                Controller = settings =>
                    settings with
                    {
                        TimeLimits = new EniTimeLimits { ForceDetachAfter = TimeSpan.FromSeconds(30) },
                        ReconcilePeriod = TimeSpan.FromSeconds(10),
                    },
            }
        );
        await stage.ApplyAsync(Manifests.NodeEni("stuck"));
        await stage.UntilReadyAsync("stuck", 1);

        await stage.DeleteNodeEniAsync("stuck");
        await stage.UntilGoneAsync("stuck");

        // One graceful call, and one by force for each thirty seconds that it went on.
        Assert.InRange(stage.Calls("DetachNetworkInterface"), 2, 5);
    }

    [Fact]
    public async Task The_end_of_many_instances_is_asked_for_in_few_calls()
    {
        await using var stage = await Stage.StartAsync(new StageOptions { Nodes = 6 });
        await stage.ApplyAsync(Manifests.NodeEni("fleet"));
        await stage.UntilReadyAsync("fleet", 6);
        var before = stage.Calls("DescribeInstances");

        foreach (var node in stage.Nodes.ToList())
        {
            await stage.TerminateNodeAsync(node);
        }

        await stage.UntilAsync(async () => (await stage.AttachmentsAsync("fleet")).Count == 0, "no attachment is left");
        Assert.Empty(stage.OurEnis);
        Assert.InRange(stage.Calls("DescribeInstances") - before, 1, 12);
    }
}
