namespace MultiEni.Scenarios.Staging;

/// <summary>One controller or ENI manager that runs in this process, to be stopped as SIGTERM does.</summary>
internal sealed class RunningProgram : IDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly Task running;

    private RunningProgram(string name, Func<CancellationToken, Task> run)
    {
        Name = name;
        running = run(stop.Token);
    }

    public string Name { get; }

    /// <summary>Why it ended without being asked to, or null.</summary>
    public Exception? Failure =>
        running.IsCompleted && !stop.IsCancellationRequested
            ? running.Exception ?? new AggregateException(new InvalidOperationException($"{Name} ended by itself without an error"))
            : null;

    public static RunningProgram Start(string name, Func<CancellationToken, Task> run) => new(name, run);

    public async Task StopAsync()
    {
        if (running.IsCompleted)
        {
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }

        await stop.CancelAsync();
        await running;
    }

    public void Dispose() => stop.Dispose();
}
