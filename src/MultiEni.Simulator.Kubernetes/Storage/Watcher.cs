using System.Threading.Channels;

namespace MultiEni.Simulator.Kubernetes.Storage;

/// <summary>
/// One open watch: a queue of the changes that show through its filter, in the order of their
/// commits.
/// </summary>
/// <param name="filter">Which changes show.</param>
/// <param name="due">When a change that is committed now is to be told; null for at once.</param>
/// <param name="detach">Closes the watch.</param>
internal sealed class Watcher(ObjectFilter filter, Func<DateTimeOffset>? due, Action<Watcher> detach) : IDisposable
{
    private readonly Channel<(Change Change, DateTimeOffset Due)> _changes = Channel.CreateUnbounded<(Change, DateTimeOffset)>(
        new UnboundedChannelOptions { SingleReader = true, AllowSynchronousContinuations = false }
    );

    public ObjectFilter Filter => filter;

    /// <summary>
    /// What is to be told, each some time after its commit and all in their order.
    /// </summary>
    public ChannelReader<(Change Change, DateTimeOffset Due)> Changes => _changes.Reader;

    /// <summary>
    /// Whether the connection is to be cut rather than ended when the queue completes.
    /// </summary>
    public bool IsCut { get; private set; }

    /// <summary>
    /// Queues the change if it shows. Called under the ledger's lock only, which gives the order.
    /// </summary>
    public void Offer(Change change)
    {
        if (filter.See(change) is { } seen)
        {
            _changes.Writer.TryWrite((seen, due?.Invoke() ?? DateTimeOffset.MinValue));
        }
    }

    /// <summary>Ends the watch from the server's side.</summary>
    public void End(bool cut)
    {
        IsCut = cut;
        _changes.Writer.TryComplete();
    }

    public void Dispose() => detach(this);
}
