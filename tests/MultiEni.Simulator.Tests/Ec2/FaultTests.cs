using MultiEni.Simulator.Ec2;

namespace MultiEni.Simulator.Tests.Ec2;

public sealed class FaultTests
{
    [Fact]
    public async Task A_failure_before_the_effect_leaves_no_trace_and_strikes_as_often_as_ordered()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        ec2.Simulator.Faults.FailNext("CreateNetworkInterface", 2, "InternalError");
        await Ec2Fixture.FailsAsync("InternalError", () => ec2.CreateAsync(), 500);
        await Ec2Fixture.FailsAsync("InternalError", () => ec2.CreateAsync(), 500);
        Assert.Single(ec2.World.NetworkInterfaces);
        await ec2.CreateAsync();
    }

    [Fact]
    public async Task A_failure_after_the_effect_hides_it()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        ec2.Simulator.Faults.FailNext("CreateNetworkInterface", 1, "Unavailable", FaultMoment.AfterEffect);
        await Ec2Fixture.FailsAsync("Unavailable", () => ec2.CreateAsync(token: "t"), 503);
        var hidden = ec2.World.NetworkInterfaces[^1].Id;
        Assert.Equal(hidden, await ec2.CreateAsync(token: "t"));
    }

    [Fact]
    public async Task A_fault_may_carry_a_status_of_its_own()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        ec2.Simulator.Faults.FailNext(Ec2Faults.AnyAction, 1, "Throttling", status: 503);
        await Ec2Fixture.FailsAsync("Throttling", () => ec2.CreateAsync(), 503);
    }

    [Fact]
    public async Task A_lost_answer_is_a_broken_connection_after_the_effect()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        ec2.Simulator.Faults.LoseNextAnswers("CreateNetworkInterface", 1);
        await Ec2Fixture.BreaksAsync(() => ec2.CreateAsync(token: "t"));
        Assert.Equal(2, ec2.World.NetworkInterfaces.Count);
        Assert.Equal(ec2.World.NetworkInterfaces[^1].Id, await ec2.CreateAsync(token: "t"));
        var timeline = ec2.Simulator.Counters.Snapshot().Timeline;
        Assert.Equal([(false, null), (true, null)], timeline.Select(call => (call.Answered, call.ErrorCode)));
    }

    [Fact]
    public async Task A_lost_request_never_happened()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        ec2.Simulator.Faults.LoseNextRequests("CreateNetworkInterface", 1);
        await Ec2Fixture.BreaksAsync(() => ec2.CreateAsync());
        Assert.Single(ec2.World.NetworkInterfaces);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_broken_connection_is_repeated_by_the_SDK_itself_unless_its_stale_connection_retries_are_0(bool reset)
    {
        foreach (var retries in new[] { 0, 10 })
        {
            await using var ec2 = await Ec2Fixture.StartAsync(staleConnectionRetries: retries);
            ec2.Simulator.Faults.AfterCall = (_, _, _) => ValueTask.FromResult(reset ? Ec2Verdict.ResetConnection : Ec2Verdict.LoseConnection);
            await Ec2Fixture.BreaksAsync(() => ec2.CreateAsync());
            Assert.Equal(retries + 1, ec2.Simulator.Counters.Snapshot()["CreateNetworkInterface"].Total);
            // The SDK keeps its token over the repetitions: one interface.
            Assert.Equal(2, ec2.World.NetworkInterfaces.Count);
        }
    }

    [Fact]
    public async Task A_slow_answer_has_its_effect_at_once()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        ec2.Simulator.Faults.SlowNextAnswers("CreateNetworkInterface", 1, TimeSpan.FromSeconds(40));
        var call = ec2.CreateAsync();
        await Ec2Fixture.EventuallyAsync(() => ec2.World.NetworkInterfaces.Count == 2 && ec2.Simulator.Counters.InProgress == 1);
        Assert.False(call.IsCompleted);
        await AdvanceUntilAsync(ec2, call, TimeSpan.FromSeconds(40));
        Assert.Equal(ec2.World.NetworkInterfaces[^1].Id, await call);
    }

    [Fact]
    public async Task A_call_takes_its_latency_before_it_has_its_effect()
    {
        await using var ec2 = await Ec2Fixture.StartAsync(options =>
            options with
            {
                Latencies = new Ec2Latencies { Call = TimeSpan.FromSeconds(2) },
            }
        );
        var call = ec2.CreateAsync();
        await Ec2Fixture.EventuallyAsync(() => ec2.Simulator.Counters.InProgress == 1);
        Assert.Single(ec2.World.NetworkInterfaces);
        await AdvanceUntilAsync(ec2, call, TimeSpan.FromSeconds(2));
        await call;
        var record = Assert.Single(ec2.Simulator.Counters.Snapshot().Timeline);
        Assert.True(record.AnsweredAt - record.ReceivedAt >= TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task A_denied_action_is_403_until_it_is_allowed()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        var id = await ec2.CreateAsync();
        ec2.Simulator.Faults.Deny("DeleteNetworkInterface");
        await Ec2Fixture.FailsAsync("UnauthorizedOperation", () => ec2.DeleteAsync(id), 403);
        ec2.Simulator.Faults.Allow("DeleteNetworkInterface");
        await ec2.DeleteAsync(id);
    }

    [Fact]
    public async Task Creating_with_tags_needs_the_permission_to_tag_and_the_refusal_names_it()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        ec2.Simulator.Faults.Deny("CreateTags");
        await ec2.CreateAsync();

        var refusal = await Ec2Fixture.FailsAsync("UnauthorizedOperation", () => ec2.CreateAsync(tags: new Amazon.EC2.Model.Tag("a", "b")), 403);

        Assert.Contains("is not authorized to perform: ec2:CreateTags on resource: arn:aws:ec2:", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hooks_see_every_call_on_both_sides_of_its_effect()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        List<string> seen = [];
        ec2.Simulator.Faults.BeforeCall = (call, _) =>
        {
            seen.Add($"before {call.Action} {ec2.World.NetworkInterfaces.Count}");
            return ValueTask.FromResult(Ec2Verdict.Go);
        };
        ec2.Simulator.Faults.AfterCall = (call, error, _) =>
        {
            seen.Add($"after {call.Action} {error ?? "ok"} {ec2.World.NetworkInterfaces.Count}");
            return ValueTask.FromResult(Ec2Verdict.Go);
        };

        await ec2.CreateAsync();
        await Ec2Fixture.FailsAsync("InvalidSubnetID.NotFound", () => ec2.CreateAsync("subnet-0123456789abcdef0"));

        Assert.Equal(
            [
                "before CreateNetworkInterface 1",
                "after CreateNetworkInterface ok 2",
                "before CreateNetworkInterface 2",
                "after CreateNetworkInterface InvalidSubnetID.NotFound 2",
            ],
            seen
        );
    }

    [Fact]
    public async Task A_hook_can_break_the_connection_at_a_chosen_call()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        ec2.Simulator.Faults.AfterCall = (call, _, _) => ValueTask.FromResult(call.Sequence == 2 ? Ec2Verdict.LoseConnection : Ec2Verdict.Go);
        var id = await ec2.CreateAsync();
        await Ec2Fixture.BreaksAsync(() => ec2.AttachAsync(id));
        await Ec2Fixture.FailsAsync("InvalidNetworkInterface.InUse", () => ec2.AttachAsync(id, 2));
    }

    [Fact]
    public async Task Clearing_forgets_faults_denials_and_hooks()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        var faults = ec2.Simulator.Faults;
        faults.FailNext(Ec2Faults.AnyAction, 100, "InternalError");
        faults.Deny(Ec2Faults.AnyAction);
        faults.BeforeCall = (_, _) => ValueTask.FromResult(Ec2Verdict.LoseConnection);
        faults.StaleReads = TimeSpan.FromSeconds(1);
        faults.Clear();
        await ec2.CreateAsync();
        Assert.Equal(TimeSpan.Zero, faults.StaleReads);
    }

    [Fact]
    public async Task Stale_reads_show_the_world_as_it_was()
    {
        await using var ec2 = await Ec2Fixture.StartAsync();
        var (changed, deleted) = (await ec2.CreateAsync(), await ec2.CreateAsync());
        ec2.Time.Advance(TimeSpan.FromMinutes(1));
        ec2.Simulator.Faults.StaleReads = TimeSpan.FromSeconds(5);
        await ec2.AttachAsync(changed);
        await ec2.DeleteAsync(deleted);
        var created = await ec2.CreateAsync();

        Assert.Equal([changed, deleted], await ec2.FindAsync(("status", ["available"])));
        Assert.DoesNotContain(changed, await ec2.FindAsync(("attachment.instance-id", [ec2.InstanceId])));
        await Ec2Fixture.FailsAsync("InvalidNetworkInterfaceID.NotFound", () => ec2.DescribeAsync(created));
        Assert.Equal("available", (await ec2.DescribeAsync(deleted)).Status.Value);

        ec2.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal([created], await ec2.FindAsync(("status", ["available"])));
        Assert.Contains(changed, await ec2.FindAsync(("attachment.instance-id", [ec2.InstanceId])));
    }

    [Fact]
    public async Task A_new_interface_is_unknown_to_other_calls_within_the_window()
    {
        await using var ec2 = await Ec2Fixture.StartAsync(options => options with { CreationVisibleAfter = TimeSpan.FromSeconds(4) });
        var id = await ec2.CreateAsync(token: "t", tags: new Amazon.EC2.Model.Tag("slot", "1"));
        await Ec2Fixture.FailsAsync("InvalidNetworkInterfaceID.NotFound", () => ec2.DescribeAsync(id));
        await Ec2Fixture.FailsAsync("InvalidNetworkInterfaceID.NotFound", () => ec2.AttachAsync(id));
        Assert.Empty(await ec2.FindAsync(("tag:slot", ["1"])));
        Assert.Equal(id, await ec2.CreateAsync(token: "t", tags: new Amazon.EC2.Model.Tag("slot", "1")));

        ec2.Time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal([id], await ec2.FindAsync(("tag:slot", ["1"])));
        await ec2.AttachAsync(id);
    }

    [Fact]
    public async Task Within_the_window_some_look_ups_may_hit_and_others_miss()
    {
        await using var ec2 = await Ec2Fixture.StartAsync(options =>
            options with
            {
                CreationVisibleAfter = TimeSpan.FromSeconds(4),
                InvisibleShare = 0.5,
            }
        );
        await ec2.CreateAsync(tags: new Amazon.EC2.Model.Tag("slot", "1"));
        var hits = 0;
        for (var look = 0; look < 40; look++)
        {
            hits += (await ec2.FindAsync(("tag:slot", ["1"]))).Count;
        }

        Assert.InRange(hits, 1, 39);
    }

    /// <summary>
    /// A delay is set up after the request is seen; time goes on until the call notices.
    /// </summary>
    private static async Task AdvanceUntilAsync(Ec2Fixture ec2, Task call, TimeSpan step)
    {
        await Ec2Fixture.EventuallyAsync(() =>
        {
            ec2.Time.Advance(step);
            return call.IsCompleted;
        });
    }
}
