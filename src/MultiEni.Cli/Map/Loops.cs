namespace MultiEni.Cli.Map;

/// <summary>Loops that run side by side until they are cancelled.</summary>
internal static class Loops
{
    /// <summary>
    /// Runs them until all have ended. The first that fails ends the others, and its failure is the
    /// one that is thrown: what is left of a map would look alive.
    /// </summary>
    public static async Task RunAsync(CancellationToken cancellationToken, params Func<CancellationToken, Task>[] loops)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = loops.Select(loop => loop(ending.Token)).ToList();
        try
        {
            await foreach (var ended in Task.WhenEach(running))
            {
                await ended;
            }
        }
        finally
        {
            await ending.CancelAsync();
            await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
