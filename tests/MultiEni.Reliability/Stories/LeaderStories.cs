using MultiEni.Reliability.Lab;

namespace MultiEni.Reliability.Stories;

/// <summary>
/// One writer. That nobody writes without the lease is looked at by
/// <see cref="LeaseWatch"/> after every call.
/// </summary>
public sealed class LeaderStories : Story
{
    private static readonly ClusterOptions Quick = new()
    {
        Controller = new ClusterOptions().Controller with
        {
            LeaseDuration = TimeSpan.FromSeconds(15),
            RenewDeadline = TimeSpan.FromSeconds(10),
            RetryPeriod = TimeSpan.FromSeconds(2),
        },
    };

    [Theory]
    [InlineData("CreateNetworkInterface")]
    [InlineData("AttachNetworkInterface")]
    [InlineData("patch eniattachments")]
    public async Task A_leader_that_is_killed_in_the_middle_of_its_work_is_followed_by_the_second_one_which_finishes_it(string call)
    {
        var cluster = await StartAsync(Quick);
        var first = cluster.StartController();
        await UntilAsync(cluster, () => Leads(cluster, first), "the first leads");
        var second = cluster.StartController();
        cluster.Decide = (made, moment) => made.By == first && made.Name == call && moment == CallMoment.After ? CallFate.Kill : CallFate.Pass;

        cluster.Apply(Fleet);
        await ReadyAsync(cluster);

        Assert.True(first.IsDead);
        Assert.True(Leads(cluster, second));
        Assert.Null(Outcome.HasStrays(cluster));
    }

    /// <summary>
    /// Renewals hang, everything else works: the most dangerous kind of cut, for the old leader
    /// could go on for long.
    /// </summary>
    [Fact]
    public async Task A_leader_whose_renewals_do_not_get_through_stops_writing_before_anybody_else_begins()
    {
        var cluster = await StartAsync(Quick);
        var first = cluster.StartController();
        await UntilAsync(cluster, () => Leads(cluster, first), "the first leads");
        cluster.Apply(Fleet);
        await ReadyAsync(cluster);
        var second = cluster.StartController();
        cluster.Decide = (call, _) => call.IsLease && call.By == first ? new CallFate.IsSlow(TimeSpan.FromMinutes(5)) : CallFate.Pass;

        for (var change = 0; !Leads(cluster, second); change++)
        {
            Assert.InRange(change, 0, 60);
            cluster.Apply(Fleet with { Description = $"change {change}", SourceDestCheck = change % 2 == 0 });
            await WaitAsync(TimeSpan.FromSeconds(1));
        }

        cluster.Apply(Fleet);
        await ReadyAsync(cluster);
        Assert.True(first.HasEnded);
        Assert.Null(cluster.Invariants.Violation);
    }

    [Fact]
    public async Task A_leader_that_is_asked_to_end_gives_the_lease_back_and_the_second_one_need_not_wait_for_it_to_expire()
    {
        var cluster = await StartAsync(Quick);
        var first = cluster.StartController();
        await UntilAsync(cluster, () => Leads(cluster, first), "the first leads");
        var second = cluster.StartController();
        await WaitAsync(TimeSpan.FromSeconds(5));

        await first.EndAsync();

        await UntilAsync(cluster, () => Leads(cluster, second), "the second leads", TimeSpan.FromSeconds(5));
    }

    private static bool Leads(Cluster cluster, ProcessRun controller) =>
        cluster.Lease!.Holder.StartsWith(controller.Name + "_", StringComparison.Ordinal);
}
