using MultiEni.Cli.Invocation;

namespace MultiEni.Cli.Simulate;

/// <summary>What the simulated endpoints have in common.</summary>
internal static class Endpoints
{
    /// <summary>Starts one, and says in words why it cannot listen.</summary>
    public static async Task<T> StartAsync<T>(int port, Func<Task<T>> start)
    {
        try
        {
            return await start();
        }
        catch (IOException inUse)
        {
            throw new CommandFailedException(
                $"Cannot listen on 127.0.0.1:{port}: {inUse.Message}",
                "choose another --port, or none for a free one",
                ExitCodes.Unknown
            );
        }
    }

    /// <summary>Ends when the user wants it, without an error.</summary>
    public static Task UntilInterruptedAsync(CancellationToken cancellationToken) =>
        Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken).ContinueWith(static _ => { }, TaskScheduler.Default);
}
