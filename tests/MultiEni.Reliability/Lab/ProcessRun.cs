namespace MultiEni.Reliability.Lab;

/// <summary>
/// One process of the product. It signs its calls with its own name, so that what it does is told
/// from what others do, and when it is killed no call of it has an effect any more, whatever its
/// code still tries.
/// </summary>
internal sealed class ProcessRun : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _killed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _running = Task.CompletedTask;

    private ProcessRun(string name) => Name = name;

    public string Name { get; }

    public bool IsDead => _killed.Task.IsCompleted;

    /// <summary>Completes when its program has ended, and never fails.</summary>
    public Task Ended => _running.ContinueWith(static _ => { }, TaskScheduler.Default);

    /// <summary>Completes when it was killed.</summary>
    public Task Killed => _killed.Task;

    /// <summary>Whether its program has ended, by itself or because it was asked to.</summary>
    public bool HasEnded => _running.IsCompleted;

    /// <summary>Why it ended without being asked to, or null.</summary>
    public Exception? Failure => _running.IsFaulted && !_stop.IsCancellationRequested && !IsDead ? _running.Exception!.InnerException : null;

    /// <summary>Starts one.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="program">What it runs until it is asked to stop.</param>
    /// <param name="created">Told of it before its first call.</param>
    public static ProcessRun Start(string name, Func<ProcessRun, CancellationToken, Task> program, Action<ProcessRun> created)
    {
        var incarnation = new ProcessRun(name);
        created(incarnation);
        incarnation._running = Task.Run(() => program(incarnation, incarnation._stop.Token));
        return incarnation;
    }

    /// <summary>From here on nothing that it sends has an effect.</summary>
    public void Kill() => _killed.TrySetResult();

    /// <summary>Takes the process away. One that was not killed ends as after SIGTERM.</summary>
    public async Task EndAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => _stop.Dispose();
}
