using MultiEni.Manager.Host;

namespace MultiEni.Manager.Tests.Binding;

/// <summary>A host's links, with the changes noted that were made to them.</summary>
internal sealed class WatchedLinks(ILinks links) : ILinks
{
    private readonly List<(int Index, bool Up)> _changes = [];

    public IReadOnlyList<(int Index, bool Up)> Changes => _changes;

    /// <summary>Called after a link was brought up or taken down.</summary>
    public Action<int, bool> Changed { get; init; } = (_, _) => { };

    public ValueTask<NetworkState> ReadAsync(CancellationToken cancellationToken) => links.ReadAsync(cancellationToken);

    public async ValueTask<Errno> SetUpAsync(int index, bool up, CancellationToken cancellationToken)
    {
        var error = await links.SetUpAsync(index, up, cancellationToken);
        _changes.Add((index, up));
        Changed(index, up);
        return error;
    }

    public ValueTask<Errno> SetMtuAsync(int index, int mtu, CancellationToken cancellationToken) => links.SetMtuAsync(index, mtu, cancellationToken);

    public ValueTask<Errno> AddAsync(NetworkItem item, CancellationToken cancellationToken) => links.AddAsync(item, cancellationToken);

    public ValueTask<Errno> RemoveAsync(NetworkItem item, CancellationToken cancellationToken) => links.RemoveAsync(item, cancellationToken);
}
