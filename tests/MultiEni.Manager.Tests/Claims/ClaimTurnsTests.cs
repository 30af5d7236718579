using Microsoft.Extensions.Time.Testing;
using MultiEni.Manager.Claims;

namespace MultiEni.Manager.Tests.Claims;

public sealed class ClaimTurnsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    private readonly FakeTimeProvider _clock = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_same_work_is_done_once_for_all_who_ask_while_it_is_under_way()
    {
        await using var turns = new ClaimTurns(Patience, _clock);
        var (end, begun) = (new TaskCompletionSource<string>(), 0);
        Task<string> Ask() => turns.RunAsync("uid", (_, _) => Begin(), what => what, Stop);
        var (first, second) = (Ask(), Ask());
        end.SetResult("done");
        Assert.Equal(["done", "done"], await Task.WhenAll(first, second));
        Assert.Equal(1, begun);
        Assert.False(turns.IsRunning("uid"));
        Assert.Equal("done", await Ask());
        Assert.Equal(2, begun);

        Task<string> Begin()
        {
            begun++;
            return end.Task;
        }
    }

    [Fact]
    public async Task Other_work_of_the_claim_comes_after_it_and_that_of_another_claim_does_not_wait()
    {
        await using var turns = new ClaimTurns(Patience, _clock);
        var (end, order) = (new TaskCompletionSource<string>(), new List<int>());
        var preparing = turns.RunAsync("uid", (_, _) => end.Task, what => what, Stop);
        var ending = turns.RunAsync("uid", (_, _) => Note(2), _ => 0, Stop);
        Assert.Equal(1, await turns.RunAsync("other", (_, _) => Note(1), _ => 0, Stop));
        end.SetException(new IOException("failed"));
        await Assert.ThrowsAsync<IOException>(() => preparing);
        Assert.Equal(2, await ending);
        Assert.Equal([1, 2], order);

        Task<int> Note(int number)
        {
            order.Add(number);
            return Task.FromResult(number);
        }
    }

    [Fact]
    public async Task Whoever_waits_too_long_is_told_what_for_and_the_work_goes_on()
    {
        await using var turns = new ClaimTurns(Patience, _clock);
        var (end, begun) = (new TaskCompletionSource<string>(), new TaskCompletionSource());
        Task<string> Ask() =>
            turns.RunAsync(
                "uid",
                (doing, _) =>
                {
                    doing("the kernel");
                    begun.TrySetResult();
                    return end.Task;
                },
                what => $"late: {what}",
                Stop
            );
        var asked = Ask();
        await begun.Task.WaitAsync(Stop);
        await Eventually.Holds(
            () =>
            {
                _clock.Advance(Patience);
                return asked.IsCompleted;
            },
            "an answer within the limit"
        );
        Assert.Equal("late: the kernel", await asked);
        var again = Ask();
        end.SetResult("done");
        Assert.Equal("done", await again);
    }

    [Fact]
    public async Task Work_that_itself_waited_too_long_for_something_has_failed_and_does_not_go_on()
    {
        await using var turns = new ClaimTurns(Patience, _clock);
        var asked = turns.RunAsync<string>("uid", (_, _) => throw new TimeoutException("the kernel"), what => what, Stop);
        Assert.Equal("the kernel", (await Assert.ThrowsAsync<TimeoutException>(() => asked)).Message);
    }

    [Fact]
    public async Task Whoever_goes_away_does_not_end_the_work()
    {
        await using var turns = new ClaimTurns(Patience, _clock);
        var end = new TaskCompletionSource<string>();
        using var gone = new CancellationTokenSource();
        var asked = turns.RunAsync("uid", (_, _) => end.Task, what => what, gone.Token);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        Assert.True(turns.IsRunning("uid"));
        end.SetResult("done");
        await Eventually.Holds(() => !turns.IsRunning("uid"), "the end of the work");
    }

    [Fact]
    public async Task At_the_end_what_is_under_way_is_waited_for_and_then_ended()
    {
        await using var turns = new ClaimTurns(Patience, _clock);
        var begun = new TaskCompletionSource();
        var asked = turns.RunAsync(
            "uid",
            async (_, token) =>
            {
                begun.SetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
                return "";
            },
            what => what,
            Stop
        );
        await begun.Task.WaitAsync(Stop);
        var ending = turns.EndAsync(TimeSpan.FromSeconds(20));
        Assert.False(ending.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(20));
        await ending;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
    }
}
