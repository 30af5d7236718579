using MultiEni.Cli.Map;

namespace MultiEni.Cli.Tests.Map;

/// <summary>Loops that run side by side.</summary>
public sealed class LoopsTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_first_that_fails_ends_the_others_and_is_what_is_thrown()
    {
        var othersEnded = false;
        async Task Endless(CancellationToken token)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            othersEnded = true;
        }

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            Loops.RunAsync(Ct, Endless, _ => Task.FromException(new InvalidOperationException("broken")))
        );

        Assert.Equal("broken", failure.Message);
        Assert.True(othersEnded);
    }

    [Fact]
    public async Task One_that_has_nothing_to_do_leaves_the_others_alone()
    {
        var going = new TaskCompletionSource();

        var running = Loops.RunAsync(Ct, _ => Task.CompletedTask, _ => going.Task);

        Assert.False(running.IsCompleted);
        going.SetResult();
        await running;
    }

    [Fact]
    public async Task All_end_when_cancelled()
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(Ct);

        var running = Loops.RunAsync(
            ending.Token,
            token => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token),
            token =>
                Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token)
                    .ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default)
        );
        await ending.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }
}
