using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace MultiEni.Simulator.Nodes;

/// <summary>
/// Carries what the kernel announces to everybody who listens. Guarded by its host's lock.
/// </summary>
internal sealed class Announcements(Lock gate)
{
    private readonly HashSet<Channel<KernelEvent>> _watchers = [];

    /// <summary>Tells everybody.</summary>
    internal void Announce(KernelEvent announced)
    {
        foreach (var watcher in _watchers)
        {
            watcher.Writer.TryWrite(announced);
        }
    }

    /// <summary>Everything from now on.</summary>
    /// <param name="alive">False for a node that is down, which announces nothing.</param>
    /// <param name="cancellationToken">Ends the listening.</param>
    internal IAsyncEnumerable<KernelEvent> Watch(bool alive, CancellationToken cancellationToken)
    {
        var channel = Channel.CreateUnbounded<KernelEvent>(new UnboundedChannelOptions { SingleReader = true });
        if (alive)
        {
            _watchers.Add(channel);
        }
        else
        {
            channel.Writer.Complete();
        }

        return ReadAsync(channel, cancellationToken);
    }

    /// <summary>The node goes down: nobody hears more.</summary>
    internal void End()
    {
        foreach (var watcher in _watchers)
        {
            watcher.Writer.TryComplete();
        }

        _watchers.Clear();
    }

    private async IAsyncEnumerable<KernelEvent> ReadAsync(Channel<KernelEvent> channel, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var announced in channel.Reader.ReadAllAsync(cancellationToken))
            {
                yield return announced;
            }
        }
        finally
        {
            lock (gate)
            {
                _watchers.Remove(channel);
            }
        }
    }
}
