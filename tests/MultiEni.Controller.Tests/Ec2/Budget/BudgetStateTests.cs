using MultiEni.Controller.Ec2;
using MultiEni.Controller.Ec2.Budget;
using static MultiEni.Controller.Ec2.Ec2Actions;

namespace MultiEni.Controller.Tests.Ec2.Budget;

public sealed class BudgetStateTests
{
    private static readonly Ec2BudgetOptions Empty = new() { InitialBurst = 0, SafetyShare = 1 };

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);

    [Fact]
    public void The_more_urgent_call_goes_first_and_within_a_priority_the_earlier_one()
    {
        var state = new BudgetState(Empty);
        var drift = state.Enqueue(ModifyNetworkInterfaceAttribute, CallPriority.Drift, At(0));
        var termination = state.Enqueue(ModifyNetworkInterfaceAttribute, CallPriority.DeleteOnTermination, At(0));
        var first = state.Enqueue(ModifyNetworkInterfaceAttribute, CallPriority.SourceDestCheck, At(0));
        var second = state.Enqueue(ModifyNetworkInterfaceAttribute, CallPriority.SourceDestCheck, At(0));

        Assert.Empty(state.Grant(At(0)));
        Assert.Equal([first, second, termination, drift], Drain(state, At(0), 4).Select(grant => grant.Ticket));
    }

    [Fact]
    public void Buckets_of_different_APIs_do_not_wait_for_each_other()
    {
        var state = new BudgetState(new() { InitialBurst = 1 });
        for (var i = 0; i < 60; i++)
        {
            state.Enqueue(AttachNetworkInterface, CallPriority.AttachUnready, At(0));
        }

        Assert.Equal(40, state.Grant(At(0)).Count);
        var create = state.Enqueue(CreateNetworkInterface, CallPriority.Create, At(0));
        Assert.Equal([create], state.Grant(At(0)));
    }

    [Fact]
    public void A_new_leader_starts_with_a_fifth_of_the_burst()
    {
        var state = new BudgetState(new());
        for (var i = 0; i < 60; i++)
        {
            state.Enqueue(AttachNetworkInterface, CallPriority.AttachUnready, At(0));
        }

        Assert.Equal(8, state.Grant(At(0)).Count);
    }

    [Fact]
    public void As_long_as_EC2_takes_them_the_number_of_calls_doubles_up_to_the_whole_burst()
    {
        var state = new BudgetState(new());
        Enqueue(state, 100);

        Assert.Equal(8, state.Grant(At(0)).Count);
        Assert.Equal(8, Accept(state, 8, At(0)));
        Assert.Equal(16, Accept(state, 16, At(0)));
        Assert.Equal(18, Accept(state, 16, At(0)) + Accept(state, 16, At(0)));

        // That makes 50, which the account's bucket holds when it is full; there is no more however
        // many are taken.
        Assert.Equal(0, Accept(state, 50, At(0)));
    }

    [Fact]
    public void Once_the_whole_burst_was_taken_the_refill_is_not_shared_either()
    {
        var state = new BudgetState(new());
        Enqueue(state, 50);
        Assert.Equal(4, state.Refill(AttachNetworkInterface, At(0)), precision: 6);
        for (var granted = state.Grant(At(0)).Count; granted < 50; granted += Accept(state, granted, At(0))) { }

        state.Accepted(AttachNetworkInterface, At(0));

        Assert.Equal(5, state.Refill(AttachNetworkInterface, At(0)), precision: 6);
    }

    [Fact]
    public void After_a_refusal_calls_that_are_taken_prove_nothing_any_more()
    {
        var state = new BudgetState(new());
        Enqueue(state, 100);
        state.Grant(At(0));
        state.Throttled(AttachNetworkInterface, At(0));
        state.Grant(At(0));

        Assert.Equal(0, Accept(state, 50, At(0)));
        Assert.Equal(2.4, state.Refill(AttachNetworkInterface, At(0)), precision: 6);
    }

    [Fact]
    public void The_rate_profile_multiplies_burst_and_refill()
    {
        var state = new BudgetState(
            new()
            {
                RateProfile = 3,
                InitialBurst = 1,
                SafetyShare = 1,
            }
        );
        for (var i = 0; i < 300; i++)
        {
            state.Enqueue(AttachNetworkInterface, CallPriority.AttachUnready, At(0));
        }

        Assert.Equal(150, state.Grant(At(0)).Count);
        Assert.Equal(15, state.Refill(AttachNetworkInterface, At(0)));
    }

    [Fact]
    public void Four_thousand_attaches_take_no_longer_than_the_bound_and_a_twentieth()
    {
        var state = new BudgetState(new());
        for (var i = 0; i < 4000; i++)
        {
            state.Enqueue(AttachNetworkInterface, CallPriority.AttachUnready, At(0));
        }

        var last = Drain(state, At(0), 4000)[^1].At;

        // (4,000 - 50) / 5 = 790 s is what the account's own bucket allows.
        Assert.InRange(last.TotalSeconds, 790, 790 * 1.05);
    }

    [Fact]
    public void Cleanup_of_leaks_takes_half_of_the_refill_and_only_what_others_leave()
    {
        var state = new BudgetState(Empty);
        for (var i = 0; i < 50; i++)
        {
            state.Enqueue(DeleteNetworkInterface, CallPriority.LeakCleanup, At(0));
        }

        var grants = Drain(state, At(0), 50);

        // 5 tokens a second, of which 2.5 go to the cleanup.
        Assert.InRange((grants[^1].At - grants[0].At).TotalSeconds, 49 / 2.5 - 0.1, 49 / 2.5 + 0.1);
    }

    [Fact]
    public void A_throttle_slows_its_own_API_only()
    {
        var state = new BudgetState(new() { SafetyShare = 1 });

        state.Throttled(AttachNetworkInterface, At(5));

        Assert.Equal(3, state.Refill(AttachNetworkInterface, At(5)), precision: 6);
        Assert.Equal(5, state.Refill(CreateNetworkInterface, At(5)), precision: 6);
        Assert.False(state.ParentEngaged);
    }

    [Fact]
    public void Throttles_of_two_mutating_APIs_within_ten_seconds_put_all_of_them_into_one_bucket()
    {
        var state = new BudgetState(new() { SafetyShare = 1, InitialBurst = 1 });
        state.Throttled(AttachNetworkInterface, At(0));
        state.Throttled(CreateNetworkInterface, At(9));
        Assert.True(state.ParentEngaged);
        for (var i = 0; i < 100; i++)
        {
            state.Enqueue(DeleteNetworkInterface, CallPriority.DetachAndDelete, At(9));
            state.Enqueue(CreateTags, CallPriority.Drift, At(9));
        }

        var untilThen = Drain(state, At(9), 51);

        // One token at once, then five a second over both APIs; the more urgent API goes first.
        Assert.InRange(untilThen[^1].At.TotalSeconds, 9 + 9.9, 9 + 10.1);
        state.Enqueue(DescribeNetworkInterfaces, CallPriority.Drift, untilThen[^1].At);
        Assert.Single(state.Grant(untilThen[^1].At));
    }

    [Theory]
    [InlineData(AttachNetworkInterface, CreateNetworkInterface, 11)]
    [InlineData(AttachNetworkInterface, AttachNetworkInterface, 2)]
    [InlineData(AttachNetworkInterface, DescribeNetworkInterfaces, 2)]
    public void Less_evidence_does_not(string first, string second, double gap)
    {
        var state = new BudgetState(new());
        state.Throttled(first, At(0));
        state.Throttled(second, At(gap));

        Assert.False(state.ParentEngaged);
    }

    [Fact]
    public void The_common_bucket_is_given_up_after_ten_minutes_without_a_throttle()
    {
        var state = new BudgetState(new());
        state.Throttled(AttachNetworkInterface, At(0));
        state.Throttled(CreateNetworkInterface, At(1));

        state.Grant(At(600));
        Assert.True(state.ParentEngaged);
        state.Grant(At(602));
        Assert.False(state.ParentEngaged);
    }

    [Fact]
    public void A_cancelled_call_takes_no_token()
    {
        var state = new BudgetState(Empty);
        var given = state.Enqueue(AttachNetworkInterface, CallPriority.AttachUnready, At(0));
        var other = state.Enqueue(AttachNetworkInterface, CallPriority.AttachUnready, At(0));

        Assert.True(state.Cancel(given));
        Assert.Equal([other], state.Grant(At(0.2)));
        Assert.False(state.Cancel(other));
        Assert.Null(state.UntilNextGrant(At(0.2)));
    }

    private static void Enqueue(BudgetState state, int count)
    {
        for (var i = 0; i < count; i++)
        {
            state.Enqueue(AttachNetworkInterface, CallPriority.AttachUnready, At(0));
        }
    }

    /// <summary>So many calls are answered; how many may go for that.</summary>
    private static int Accept(BudgetState state, int count, TimeSpan now)
    {
        for (var i = 0; i < count; i++)
        {
            state.Accepted(AttachNetworkInterface, now);
        }

        return state.Grant(now).Count;
    }

    private static List<(long Ticket, TimeSpan At)> Drain(BudgetState state, TimeSpan now, int count)
    {
        var grants = new List<(long, TimeSpan)>();
        while (grants.Count < count)
        {
            grants.AddRange(state.Grant(now).Select(ticket => (ticket, now)));
            now += state.UntilNextGrant(now) ?? TimeSpan.Zero;
        }

        return grants;
    }
}
