using Microsoft.Extensions.Logging;
using MultiEni.Controller;

namespace MultiEni.Reliability.Lab;

/// <summary>
/// One controller process. It signs its calls with its own name, so that what it does is told from what others do, and when it is killed no call
/// of it has an effect any more, whatever its code still tries.
/// </summary>
internal sealed class Incarnation : IDisposable
{
    private readonly CancellationTokenSource stop = new();
    private Task running = Task.CompletedTask;
    private volatile bool dead;

    private Incarnation(string name) => Name = name;

    public string Name { get; }

    public bool IsDead => dead;

    /// <summary>Completes when its program has ended, and never fails.</summary>
    public Task Ended => running.ContinueWith(static _ => { }, TaskScheduler.Default);

    /// <summary>Whether its program has ended, by itself or because it was asked to.</summary>
    public bool HasEnded => running.IsCompleted;

    /// <summary>Why it ended without being asked to, or null.</summary>
    public Exception? Failure => running.IsFaulted && !stop.IsCancellationRequested && !dead ? running.Exception!.InnerException : null;

    /// <summary>Starts one.</summary>
    /// <param name="created">Told of it before its first call.</param>
    public static Incarnation Start(Cluster cluster, string name, ControllerSettings settings, ILoggerFactory loggers, Action<Incarnation> created)
    {
        var incarnation = new Incarnation(name);
        created(incarnation);
        var app = cluster.Servers.Controller(settings with { Identity = name }, loggers);
        incarnation.running = Task.Run(() => app.RunAsync(incarnation.stop.Token));
        return incarnation;
    }

    /// <summary>From here on nothing that it sends has an effect.</summary>
    public void Kill() => dead = true;

    /// <summary>Takes the process away. One that was not killed ends as after SIGTERM.</summary>
    public async Task EndAsync()
    {
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => stop.Dispose();
}
