namespace MultiEni.Manager.Host;

/// <summary>The kernel's network links and routes, as rtnetlink shows them. Implemented by the real kernel and by the simulated node.</summary>
internal interface ILinks
{
    /// <summary>
    /// Links, addresses, routes of all tables and rules of the host's network namespace at one moment. Of several routes over one link that are neither
    /// default nor multipath routes and have the table and the protocol in common, one may stand for all.
    /// </summary>
    ValueTask<NetworkState> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Brings a link up or takes it down.</summary>
    ValueTask<Errno> SetUpAsync(int index, bool up, CancellationToken cancellationToken);

    /// <summary>Sets the MTU of a link, in bytes.</summary>
    ValueTask<Errno> SetMtuAsync(int index, int mtu, CancellationToken cancellationToken);
}
