using MultiEni.Operator.Hosting;

namespace MultiEni.Operator.Tests.Hosting;

public sealed class BackgroundTasksTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_task_with_an_end_of_its_own_ends_nothing_but_its_error_ends_all()
    {
        await using var background = new BackgroundTasks(Stop);
        await background.RunAsync(async token =>
        {
            var done = new TaskCompletionSource();
            background.AddFinite(_ =>
            {
                done.SetResult();
                return Task.CompletedTask;
            });
            await done.Task;
            token.ThrowIfCancellationRequested();
        });

        await using var failing = new BackgroundTasks(Stop);
        failing.AddFinite(FailAsync);
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            failing.RunAsync(token => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token))
        );
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_task_that_fails_ends_all_and_its_error_is_the_outcome(bool startsWithinMain)
    {
        var other = new TaskCompletionSource();
        await using (var background = new BackgroundTasks(Stop))
        {
            background.Add(token => UntilCanceledAsync(other, token));
            if (!startsWithinMain)
            {
                background.Add(FailAsync);
            }

            var failed = await Assert.ThrowsAsync<InvalidOperationException>(() =>
                background.RunAsync(async token =>
                {
                    if (startsWithinMain)
                    {
                        background.Add(FailAsync);
                    }

                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
                })
            );
            Assert.Equal("no such thing", failed.Message);
        }

        Assert.True(other.Task.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task The_main_task_uses_the_others_to_the_last()
    {
        var other = new TaskCompletionSource();
        await using (var background = new BackgroundTasks(Stop))
        {
            background.Add(token => UntilCanceledAsync(other, token));
            await background.RunAsync(_ => Task.CompletedTask);
            Assert.False(other.Task.IsCompleted);
        }

        Assert.True(other.Task.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Being_asked_to_stop_is_no_error()
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        await using var background = new BackgroundTasks(stopping.Token);
        background.Add(token => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token));

        var running = background.RunAsync(token => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token));
        await stopping.CancelAsync();

        await running;
    }

    private static async Task FailAsync(CancellationToken token)
    {
        await Task.Yield();
        throw new InvalidOperationException("no such thing");
    }

    private static async Task UntilCanceledAsync(TaskCompletionSource ended, CancellationToken token)
    {
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
        }
        finally
        {
            ended.SetResult();
        }
    }
}
