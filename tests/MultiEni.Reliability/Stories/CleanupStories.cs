using MultiEni.Controller;
using MultiEni.Controller.Telemetry;
using MultiEni.Reliability.Crashes;
using MultiEni.Reliability.Lab;

namespace MultiEni.Reliability.Stories;

/// <summary>
/// The cases that the Go controller's tests name and only print: here each fault happens. The names
/// they have there stand in the remarks.
/// </summary>
public sealed class CleanupStories : Story
{
    /// <summary>ControllerCrashDuringCleanup; the crash matrix has all calls of it.</summary>
    [Theory]
    [InlineData("DetachNetworkInterface")]
    [InlineData("DeleteNetworkInterface")]
    [InlineData("patch eniattachments")]
    public async Task A_controller_that_dies_while_it_cleans_up_is_followed_by_one_that_finishes(string call)
    {
        var run = new CrashRun(
            CrashFlow.All.Single(flow => flow.Name == "delete"),
            new CrashPoint(call, 1, CrashMode.KilledAfter),
            CrashConditions.Elected
        );

        Assert.Null(await run.RunAsync(await StartAsync(CrashConditions.Elected.Cluster)));

        Assert.True(run.Struck);
    }

    /// <summary>AWSAPIFailureDuringCleanup and RetryLogic.</summary>
    [Theory]
    [InlineData("InternalError")]
    [InlineData("RequestLimitExceeded")]
    [InlineData("DependencyViolation")]
    [InlineData("ServiceUnavailable")]
    public async Task EC2_that_fails_for_a_while_delays_a_cleanup_and_ends_nothing(string code)
    {
        var cluster = await StartReadyAsync();
        var failing = true;
        cluster.Decide = (call, moment) =>
            failing && moment == CallMoment.Before && call.Name is ("DetachNetworkInterface" or "DeleteNetworkInterface")
                ? new CallFate.Ec2Refuses(code)
                : CallFate.Pass;

        cluster.Delete("fleet");
        await WaitAsync(TimeSpan.FromMinutes(2));
        Assert.NotNull(cluster.NodeEni("fleet"));
        Assert.Equal(2, cluster.OurEnis.Count);

        failing = false;
        await EmptyAsync(cluster);
    }

    /// <summary>DPDKUnbindingPartialFailure.</summary>
    [Fact]
    public async Task A_device_that_the_agent_cannot_give_back_is_not_detached_until_it_can()
    {
        var cluster = await StartReadyAsync();
        cluster.Agents.Refusal = "0000:00:06.0 is in use by pod default/app";

        cluster.Delete("fleet");
        await WaitAsync(TimeSpan.FromMinutes(20));
        Assert.Equal(0, Calls(cluster, "DetachNetworkInterface"));
        Assert.All(
            cluster.EniAttachments,
            attachment => Assert.Contains(attachment.Status!.Conditions!, c => c.Message.Contains("default/app", StringComparison.Ordinal))
        );

        cluster.Agents.Refusal = null;
        cluster.Agents.Wake();
        await EmptyAsync(cluster);
    }

    /// <summary>NodeTerminationRaceCondition.</summary>
    [Theory]
    [InlineData("DetachNetworkInterface")]
    [InlineData("DeleteNetworkInterface")]
    public async Task A_machine_that_is_terminated_in_the_middle_of_a_cleanup_leaves_nothing(string call)
    {
        var cluster = await StartReadyAsync();
        var terminated = 0;
        cluster.Decide = (made, moment) =>
        {
            if (made.Name == call && moment == CallMoment.Before && Interlocked.Exchange(ref terminated, 1) == 0)
            {
                cluster.TerminateNode("node-1");
            }

            return CallFate.Pass;
        };

        cluster.Delete("fleet");

        await EmptyAsync(cluster);
        Assert.Equal(1, terminated);
    }

    /// <summary>MultiSubnetPartialCleanup.</summary>
    [Fact]
    public async Task A_NodeENI_stays_until_the_last_of_its_ENIs_is_gone()
    {
        var cluster = await StartReadyAsync();
        var stuck = cluster.OurEnis.Single(row => row.SubnetId == Cluster.SubnetB).Id;
        var failing = true;
        cluster.Decide = (call, moment) =>
            failing && call.Name == "DeleteNetworkInterface" && call.Target == stuck && moment == CallMoment.Before
                ? new CallFate.Ec2Refuses("InternalError")
                : CallFate.Pass;

        cluster.Delete("fleet");
        await UntilAsync(cluster, () => cluster.OurEnis.Count == 1, "the ENI of the other subnet is gone");
        await WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(stuck, Assert.Single(cluster.OurEnis).Id);
        Assert.NotNull(cluster.NodeEni("fleet"));

        failing = false;
        await EmptyAsync(cluster);
    }

    /// <summary>
    /// FinalizerStuckForever: an agent that says nothing is waited for as long as the settings say,
    /// and then not.
    /// </summary>
    [Fact]
    public async Task An_agent_that_never_answers_holds_up_a_cleanup_for_the_release_time_out_and_no_longer()
    {
        var cluster = await StartReadyAsync();
        cluster.Agents.AreSilent = true;

        cluster.Delete("fleet");
        await WaitAsync(new ControllerSettings().TimeLimits.Release - TimeSpan.FromSeconds(10));
        Assert.Equal(0, Calls(cluster, "DetachNetworkInterface"));

        await EmptyAsync(cluster);
        Assert.Contains(cluster.Kubernetes.Store.List("events"), found => found["reason"]?.GetValue<string>() == Events.ReleaseSkipped);
    }

    /// <summary>
    /// ParallelCleanupRaceCondition and IdempotentCleanup: somebody else does the same at the same
    /// time.
    /// </summary>
    [Fact]
    public async Task An_ENI_that_somebody_else_deletes_at_the_same_moment_is_as_good_as_deleted()
    {
        var cluster = await StartReadyAsync();
        var others = 0;
        cluster.Decide = (call, moment) =>
        {
            if (call.Name == "DeleteNetworkInterface" && moment == CallMoment.Before && Interlocked.Increment(ref others) <= 2)
            {
                _ = cluster.DeleteEniAsync(call.Target);
                return new CallFate.IsSlow(TimeSpan.FromSeconds(5));
            }

            return CallFate.Pass;
        };

        cluster.Delete("fleet");

        await EmptyAsync(cluster);
        Assert.True(others >= 2);
    }
}
