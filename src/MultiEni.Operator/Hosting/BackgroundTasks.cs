using System.Runtime.ExceptionServices;

namespace MultiEni.Operator.Hosting;

/// <summary>
/// Tasks that live as long as a main task. When one of them ends, all end, and its error is the
/// outcome: a program that went on without a part of it would look well and be deaf.
/// </summary>
/// <param name="stop">Ends them all.</param>
public sealed class BackgroundTasks(CancellationToken stop) : IAsyncDisposable
{
    private readonly CancellationTokenSource _ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
    private readonly CancellationTokenSource _mainEnding = CancellationTokenSource.CreateLinkedTokenSource(stop);
    private readonly List<Task> _tasks = [];
    private Exception? _failure;

    /// <summary>Starts one, before the main task or from within it.</summary>
    public void Add(Func<CancellationToken, Task> task)
    {
        ArgumentNullException.ThrowIfNull(task);
        _tasks.Add(WatchAsync(task, isFinite: false));
    }

    /// <summary>Starts one that has an end of its own. Only its error ends the others.</summary>
    public void AddFinite(Func<CancellationToken, Task> task)
    {
        ArgumentNullException.ThrowIfNull(task);
        _tasks.Add(WatchAsync(task, isFinite: true));
    }

    /// <summary>
    /// Runs the main task; the others are ended after it, so that it may use them to the last.
    /// </summary>
    public async Task RunAsync(Func<CancellationToken, Task> main)
    {
        ArgumentNullException.ThrowIfNull(main);
        try
        {
            await main(_mainEnding.Token);
        }
        catch (OperationCanceledException) when (_mainEnding.IsCancellationRequested)
        {
            // Asked to stop, or one of the others failed, which shows below.
        }

        if (Volatile.Read(ref _failure) is { } reason)
        {
            ExceptionDispatchInfo.Throw(reason);
        }
    }

    /// <summary>Ends the tasks and waits for them.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await Task.WhenAll(_tasks);
        _ending.Dispose();
        _mainEnding.Dispose();
    }

    private async Task WatchAsync(Func<CancellationToken, Task> task, bool isFinite)
    {
        try
        {
            await task(_ending.Token);
            if (isFinite)
            {
                return;
            }
        }
        catch (Exception) when (_ending.IsCancellationRequested)
        {
            // That is how they end.
        }
        catch (Exception e)
        {
            Interlocked.CompareExchange(ref _failure, e, null);
        }

        if (!_ending.IsCancellationRequested)
        {
            await _mainEnding.CancelAsync();
        }
    }
}
