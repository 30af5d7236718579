namespace MultiEni.Reliability.Lab;

/// <summary>
/// One process of the product. It signs its calls with its own name, so that what it does is told from what others do, and when it is killed no call
/// of it has an effect any more, whatever its code still tries.
/// </summary>
internal sealed class Incarnation : IDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly TaskCompletionSource killed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task running = Task.CompletedTask;

    private Incarnation(string name) => Name = name;

    public string Name { get; }

    public bool IsDead => killed.Task.IsCompleted;

    /// <summary>Completes when its program has ended, and never fails.</summary>
    public Task Ended => running.ContinueWith(static _ => { }, TaskScheduler.Default);

    /// <summary>Completes when it was killed.</summary>
    public Task Killed => killed.Task;

    /// <summary>Whether its program has ended, by itself or because it was asked to.</summary>
    public bool HasEnded => running.IsCompleted;

    /// <summary>Why it ended without being asked to, or null.</summary>
    public Exception? Failure => running.IsFaulted && !stop.IsCancellationRequested && !IsDead ? running.Exception!.InnerException : null;

    /// <summary>Starts one.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="program">What it runs until it is asked to stop.</param>
    /// <param name="created">Told of it before its first call.</param>
    public static Incarnation Start(string name, Func<Incarnation, CancellationToken, Task> program, Action<Incarnation> created)
    {
        var incarnation = new Incarnation(name);
        created(incarnation);
        incarnation.running = Task.Run(() => program(incarnation, incarnation.stop.Token));
        return incarnation;
    }

    /// <summary>From here on nothing that it sends has an effect.</summary>
    public void Kill() => killed.TrySetResult();

    /// <summary>Takes the process away. One that was not killed ends as after SIGTERM.</summary>
    public async Task EndAsync()
    {
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => stop.Dispose();
}
