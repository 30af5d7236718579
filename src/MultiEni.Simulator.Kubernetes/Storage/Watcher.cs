using System.Threading.Channels;

namespace MultiEni.Simulator.Kubernetes.Storage;

/// <summary>One open watch: a queue of the changes that show through its filter, in the order of their commits.</summary>
internal sealed class Watcher : IDisposable
{
    private readonly Channel<Change> _changes = Channel.CreateUnbounded<Change>(
        new UnboundedChannelOptions { SingleReader = true, AllowSynchronousContinuations = false }
    );
    private readonly Action<Watcher> _detach;

    public Watcher(ObjectFilter filter, Action<Watcher> detach)
    {
        Filter = filter;
        _detach = detach;
    }

    public ObjectFilter Filter { get; }

    public ChannelReader<Change> Changes => _changes.Reader;

    /// <summary>Whether the connection is to be cut rather than ended when the queue completes.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Queues the change if it shows. Called under the ledger's lock only, which gives the order.</summary>
    public void Offer(Change change)
    {
        if (Filter.See(change) is { } seen)
        {
            _changes.Writer.TryWrite(seen);
        }
    }

    /// <summary>Ends the watch from the server's side.</summary>
    public void End(bool cut)
    {
        IsCut = cut;
        _changes.Writer.TryComplete();
    }

    public void Dispose() => _detach(this);
}
