namespace MultiEni.Manager.Host.Kernel.Netlink;

/// <summary>
/// Takes from a dump the routes that can make a difference: all default and multipath routes, and of the others the first over each link, in each table
/// and of each protocol. A node of a BGP network has ten thousand of those others, and whether a link has one or a thousand of a kind decides nothing.
/// </summary>
internal sealed class RouteSelection
{
    private readonly HashSet<RouteKey> _seen = [];

    /// <summary>The routes of a message that are new in kind.</summary>
    public IReadOnlyList<Route> Take(ReadOnlySpan<byte> payload) =>
        RouteCodec.Key(payload) is { } key && (key.IsDefault || key.IsMultipath || _seen.Add(key)) ? RouteCodec.Decode(payload) : [];
}
