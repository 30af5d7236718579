using MultiEni.Reliability.Lab;

namespace MultiEni.Reliability.Stories;

/// <summary>Calls that would be made again and again if nothing stopped them.</summary>
public sealed class CallStories : Story
{
    /// <summary>
    /// EC2 answers a repeated token with the ENI that it made, also when that one is gone since
    /// (docs/reference/ec2.md#client-tokens).
    /// </summary>
    [Fact]
    public async Task A_client_token_whose_ENI_is_gone_is_used_up_and_the_next_attempt_makes_another_ENI()
    {
        var cluster = await StartAsync();
        var refusing = true;
        cluster.Decide = (call, moment) =>
            refusing && moment == CallMoment.Before && call.Name == "patch eniattachments/status" ? new CallFate.KubernetesRefuses(500)
            : refusing && moment == CallMoment.Before && call.Name == "AttachNetworkInterface"
                ? new CallFate.Ec2Refuses("InvalidNetworkInterfaceID.NotFound")
            : CallFate.Pass;
        cluster.StartController();
        cluster.Apply(Fleet with { Subnets = [Cluster.SubnetA] });
        await UntilAsync(cluster, () => cluster.OurEnis is [{ Status: MultiEni.Simulator.Ec2.NetworkInterfaceStatus.Available }], "the ENI is made");

        // Nobody could write down that it was there, and it goes.
        await cluster.DeleteEniAsync(cluster.OurEnis[0].Id);
        await UntilAsync(cluster, () => Calls(cluster, "CreateNetworkInterface") >= 2, "the same token is tried again");
        await WaitAsync(TimeSpan.FromMinutes(1));
        Assert.InRange(Calls(cluster, "CreateNetworkInterface"), 2, 30);

        refusing = false;
        await UntilAsync(cluster, () => cluster.NodeEni("fleet")?.Status?.ReadyEnis == 1, "another ENI is ready");
        Assert.Single(cluster.OurEnis);
    }

    /// <summary>
    /// Of every kind of call that a controller makes before it leads. A process that ended would be
    /// a violation.
    /// </summary>
    [Theory]
    [InlineData("get namespaces")]
    [InlineData("get customresourcedefinitions")]
    [InlineData("list nodeenis")]
    [InlineData("list nodes")]
    [InlineData("list eniattachments")]
    [InlineData("DescribeNetworkInterfaces")]
    public async Task A_controller_that_is_answered_with_errors_at_its_start_waits_and_does_not_end(string name)
    {
        var cluster = await StartAsync();
        var failed = 0;
        cluster.Decide = (call, moment) =>
            call.Name == name && moment == CallMoment.Before && Interlocked.Increment(ref failed) <= 4
                ? call.IsEc2
                    ? new CallFate.Ec2Refuses("InternalError")
                    : new CallFate.KubernetesRefuses(500)
                : CallFate.Pass;

        cluster.StartController();
        cluster.Apply(Fleet);

        await ReadyAsync(cluster);
        Assert.True(failed > 4);
    }

    [Fact]
    public async Task A_missing_permission_costs_one_call_in_five_minutes_for_an_ENI_however_often_it_is_looked_at()
    {
        var cluster = await StartAsync(Alone with { Controller = Alone.Controller with { ReconcilePeriod = TimeSpan.FromSeconds(10) } });
        cluster.Ec2.Faults.Deny("AttachNetworkInterface");
        cluster.StartController();
        cluster.Apply(Fleet);

        await UntilAsync(cluster, () => Calls(cluster, "AttachNetworkInterface") >= 2, "both ENIs were refused");
        await WaitAsync(TimeSpan.FromMinutes(9));
        Assert.InRange(Calls(cluster, "AttachNetworkInterface"), 2, 4);

        cluster.Ec2.Faults.Allow("AttachNetworkInterface");
        await ReadyAsync(cluster, limit: TimeSpan.FromMinutes(6));
    }
}
