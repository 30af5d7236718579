using System.Runtime.ExceptionServices;

namespace MultiEni.Operator.Hosting;

/// <summary>
/// Tasks that live as long as a main task. When one of them ends, all end, and its error is the outcome: a program that went on without a part of it would
/// look well and be deaf.
/// </summary>
/// <param name="stop">Ends them all.</param>
public sealed class BackgroundTasks(CancellationToken stop) : IAsyncDisposable
{
    private readonly CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
    private readonly CancellationTokenSource mainEnding = CancellationTokenSource.CreateLinkedTokenSource(stop);
    private readonly List<Task> tasks = [];
    private Exception? failure;

    /// <summary>Starts one, before the main task or from within it.</summary>
    public void Add(Func<CancellationToken, Task> task)
    {
        ArgumentNullException.ThrowIfNull(task);
        tasks.Add(WatchAsync(task));
    }

    /// <summary>Runs the main task; the others are ended after it, so that it may use them to the last.</summary>
    public async Task RunAsync(Func<CancellationToken, Task> main)
    {
        ArgumentNullException.ThrowIfNull(main);
        try
        {
            await main(mainEnding.Token);
        }
        catch (OperationCanceledException) when (mainEnding.IsCancellationRequested)
        {
            // Asked to stop, or one of the others failed, which shows below.
        }

        if (Volatile.Read(ref failure) is { } reason)
        {
            ExceptionDispatchInfo.Throw(reason);
        }
    }

    /// <summary>Ends the tasks and waits for them.</summary>
    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await Task.WhenAll(tasks);
        ending.Dispose();
        mainEnding.Dispose();
    }

    private async Task WatchAsync(Func<CancellationToken, Task> task)
    {
        try
        {
            await task(ending.Token);
        }
        catch (Exception) when (ending.IsCancellationRequested)
        {
            // That is how they end.
        }
        catch (Exception e)
        {
            Interlocked.CompareExchange(ref failure, e, null);
        }

        if (!ending.IsCancellationRequested)
        {
            await mainEnding.CancelAsync();
        }
    }
}
