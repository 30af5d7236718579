using System.Threading.Channels;

namespace MultiEni.Simulator.Nodes.Cluster;

/// <summary>
/// Runs what it is given one after the other, so that a part of the cluster needs no locks.
/// </summary>
internal sealed class Sequencer : IAsyncDisposable
{
    private readonly Channel<Func<Task>> _actions = Channel.CreateUnbounded<Func<Task>>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _stopping = new();
    private readonly TimeProvider _time;
    private readonly Task _loop;

    internal Sequencer(TimeProvider time)
    {
        _time = time;
        Stopping = _stopping.Token;
        _loop = RunAsync();
    }

    internal CancellationToken Stopping { get; }

    /// <summary>
    /// The first exception of an action: a bug of the simulator. Nothing runs after it.
    /// </summary>
    internal Exception? Failure { get; private set; }

    internal void Post(Func<Task> action) => _actions.Writer.TryWrite(action);

    internal void PostLater(TimeSpan delay, Func<Task> action)
    {
        if (delay <= TimeSpan.Zero)
        {
            Post(action);
        }
        else
        {
            _ = DelayAsync(delay, action);
        }
    }

    /// <summary>Ends when everything posted before has run.</summary>
    internal async Task DrainAsync(CancellationToken cancellationToken)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() =>
        {
            reached.SetResult();
            return Task.CompletedTask;
        });
        await reached.Task.WaitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _actions.Writer.TryComplete();
        await _loop;
        _stopping.Dispose();
    }

    private async Task DelayAsync(TimeSpan delay, Func<Task> action)
    {
        try
        {
            await Task.Delay(delay, _time, Stopping);
            Post(action);
        }
        catch (OperationCanceledException)
        {
            // The cluster goes down.
        }
    }

    private async Task RunAsync()
    {
        // What is posted does not run on the thread of who posts it.
        await Task.Yield();
        await foreach (var action in _actions.Reader.ReadAllAsync())
        {
            if (Stopping.IsCancellationRequested || Failure is not null)
            {
                continue;
            }

            try
            {
                await action();
            }
            catch (OperationCanceledException) when (Stopping.IsCancellationRequested)
            {
                // The cluster goes down.
            }
            catch (Exception bug)
            {
                Failure = bug;
            }
        }
    }
}
