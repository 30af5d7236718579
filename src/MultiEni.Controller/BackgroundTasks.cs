namespace MultiEni.Controller;

/// <summary>Tasks that live as long as a main task: when one of them fails, all end, and its error is the outcome.</summary>
internal sealed class BackgroundTasks(CancellationToken stop) : IAsyncDisposable
{
    private readonly CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
    private readonly List<Task> tasks = [];

    public void Add(Func<CancellationToken, Task> task) => tasks.Add(task(ending.Token));

    /// <summary>Runs the main task; the others are ended after it, so that it may use them to the last.</summary>
    public async Task RunAsync(Func<CancellationToken, Task> main)
    {
        using var mainEnding = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var running = main(mainEnding.Token);
        var first = await Task.WhenAny([running, .. tasks]);
        if (first != running && !stop.IsCancellationRequested)
        {
            await mainEnding.CancelAsync();
        }

        try
        {
            await running;
        }
        catch (OperationCanceledException) when (mainEnding.IsCancellationRequested)
        {
            // Asked to stop, or one of the others failed, which shows below.
        }

        if (first.IsFaulted)
        {
            await first;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        try
        {
            await Task.WhenAll(tasks);
        }
        catch (OperationCanceledException)
        {
            // That is how they end.
        }

        ending.Dispose();
    }
}
