namespace MultiEni.Scenarios.Staging;

/// <summary>
/// One controller or ENI manager that runs in this process, to be stopped as SIGTERM does.
/// </summary>
internal sealed class RunningProgram : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    private RunningProgram(string name, Func<CancellationToken, Task> run)
    {
        Name = name;
        _running = run(_stop.Token);
    }

    public string Name { get; }

    /// <summary>Why it ended without being asked to, or null.</summary>
    public Exception? Failure =>
        _running.IsCompleted && !_stop.IsCancellationRequested
            ? _running.Exception ?? new AggregateException(new InvalidOperationException($"{Name} ended by itself without an error"))
            : null;

    public static RunningProgram Start(string name, Func<CancellationToken, Task> run) => new(name, run);

    public async Task StopAsync()
    {
        if (_running.IsCompleted)
        {
            await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }

        await _stop.CancelAsync();
        await _running;
    }

    public void Dispose() => _stop.Dispose();
}
