using System.Net.Sockets;
using MultiEni.Manager.Host.Kernel.Netlink;

namespace MultiEni.Manager.Host.Kernel;

/// <summary>
/// Links, addresses, routes and rules of this process's network namespace, read and set over
/// rtnetlink.
/// </summary>
/// <remarks>
/// Each operation has a socket of its own, so that nothing that one left unread can be taken for
/// another's answer, and runs outside the thread pool: the kernel works on a request while it is
/// sent, and waits there for whoever holds its one lock for links, such as a driver that is being
/// unbound.
/// </remarks>
internal sealed class RtNetlink(BlockingCalls calls) : ILinks
{
    /// <summary>How often a table is read again because it changed meanwhile.</summary>
    private const int MaximumReads = 20;

    /// <summary>The kernel makes no part of a dump larger than 32 KiB.</summary>
    private const int ReceiveSize = 64 * 1024;

    private delegate void MessageHandler(NetlinkMessage message);

    /// <summary>
    /// Each table is a snapshot: one that changes while it is read is read again. The four follow
    /// each other closely but are not one transaction, because the kernel offers none.
    /// </summary>
    /// <exception cref="IOException">
    /// The kernel refuses, or a table did not hold still in 20 attempts.
    /// </exception>
    public ValueTask<NetworkState> ReadAsync(CancellationToken cancellationToken) => new(calls.RunAsync("rtnetlink read", Read, cancellationToken));

    /// <inheritdoc/>
    public ValueTask<Errno> SetUpAsync(int index, bool up, CancellationToken cancellationToken) =>
        new(calls.RunAsync("rtnetlink up", () => Change(RouteRequests.SetUp(1, index, up)), cancellationToken));

    /// <inheritdoc/>
    public ValueTask<Errno> SetMtuAsync(int index, int mtu, CancellationToken cancellationToken) =>
        new(calls.RunAsync("rtnetlink mtu", () => Change(RouteRequests.SetMtu(1, index, mtu)), cancellationToken));

    /// <inheritdoc/>
    public ValueTask<Errno> AddAsync(NetworkItem item, CancellationToken cancellationToken) =>
        new(calls.RunAsync("rtnetlink add", () => Change(ItemRequests.Add(1, item)), cancellationToken));

    /// <inheritdoc/>
    public ValueTask<Errno> RemoveAsync(NetworkItem item, CancellationToken cancellationToken) =>
        new(calls.RunAsync("rtnetlink remove", () => Change(ItemRequests.Remove(1, item)), cancellationToken));

    private static NetworkState Read()
    {
        using var socket = NetlinkSocket.OpenRoute();
        var sequence = 0u;
        return new NetworkState(
            Dump<Link>(
                socket,
                RouteRequests.DumpLinks,
                ref sequence,
                static (payload, links) => AddIf(LinkCodec.TryDecode(payload, out var link), link, links)
            ),
            Dump<LinkAddress>(
                socket,
                RouteRequests.DumpAddresses,
                ref sequence,
                static (payload, addresses) => AddIf(AddressCodec.TryDecode(payload, out var address), address, addresses)
            ),
            ReadRoutes(socket, ref sequence),
            Dump<RoutingRule>(
                socket,
                RouteRequests.DumpRules,
                ref sequence,
                static (payload, rules) => AddIf(RuleCodec.TryDecode(payload, out var rule), rule, rules)
            )
        );
    }

    /// <summary>
    /// No flag tells of an interrupted dump of routes. IPv4 continues at the prefix where it
    /// stopped, but IPv6 counts what it has sent and skips as much: a route that is deleted between
    /// two parts costs another one its place (docs/reference/driver-binding.md#route-dumps). So
    /// routes are read until no change of an IPv6 route is announced meanwhile.
    /// </summary>
    private static List<Route> ReadRoutes(Socket socket, ref uint sequence)
    {
        var all = new HashSet<Route>();
        for (var read = 0; read < MaximumReads; read++)
        {
            using var changes = NetlinkSocket.OpenIpv6RouteNotifications();
            var routes = Dump<Route>(socket, RouteRequests.DumpRoutes, ref sequence, SelectRoutes);
            if (!changes.Poll(TimeSpan.Zero, SelectMode.SelectRead))
            {
                return routes;
            }

            all.UnionWith(routes);
        }

        // A table that never stands still. What is in none of these reads is not there, and a route
        // too many only keeps a device from being touched.
        return [.. all];
    }

    private static Action<ReadOnlySpan<byte>, List<Route>> SelectRoutes()
    {
        var selection = new RouteSelection();
        return (payload, routes) => routes.AddRange(selection.Take(payload));
    }

    private static void AddIf<T>(bool isOne, T item, List<T> items)
    {
        if (isOne)
        {
            items.Add(item);
        }
    }

    private static List<T> Dump<T>(Socket socket, Func<uint, byte[]> request, ref uint sequence, Action<ReadOnlySpan<byte>, List<T>> decode) =>
        Dump(socket, request, ref sequence, () => decode);

    private static List<T> Dump<T>(Socket socket, Func<uint, byte[]> request, ref uint sequence, Func<Action<ReadOnlySpan<byte>, List<T>>> begin)
    {
        for (var read = 0; read < MaximumReads; read++)
        {
            var items = new List<T>();
            // Whoever decodes may remember what it saw in this read, and must forget it with the
            // next.
            var decode = begin();
            var isInterrupted = false;
            Exchange(
                socket,
                request(++sequence),
                sequence,
                message =>
                {
                    isInterrupted |= message.Flags.HasFlag(NetlinkFlags.DumpInterrupted);
                    if (message.Type is NetlinkMessageType.Error or NetlinkMessageType.Done)
                    {
                        ThrowIfFailed(message.ErrorNumber);
                    }
                    else
                    {
                        decode(message.Payload, items);
                    }
                }
            );
            if (!isInterrupted)
            {
                return items;
            }
        }

        throw new IOException($"The kernel's network tables changed during each of {MaximumReads} reads.");
    }

    private static Errno Change(byte[] request)
    {
        using var socket = NetlinkSocket.OpenRoute();
        var errno = Errno.None;
        Exchange(socket, request, sequence: 1, message => errno = (Errno)message.ErrorNumber);
        return errno;
    }

    /// <summary>
    /// Sends a request and hands on what answers it, up to and including the message that ends the
    /// answer.
    /// </summary>
    private static void Exchange(Socket socket, byte[] request, uint sequence, MessageHandler handle)
    {
        socket.Send(request);
        var buffer = new byte[ReceiveSize];
        var isOver = false;
        while (!isOver)
        {
            var reader = new NetlinkReader(buffer.AsSpan(0, socket.Receive(buffer)));
            while (reader.TryRead(out var message))
            {
                // An earlier dump on this socket may have been left half read by an exception.
                if (message.Sequence == sequence)
                {
                    isOver |= message.Type is NetlinkMessageType.Error or NetlinkMessageType.Done;
                    handle(message);
                }
            }

            if (reader.IsMalformed)
            {
                throw new IOException("The kernel's answer was cut short.");
            }
        }
    }

    private static void ThrowIfFailed(int errno)
    {
        if (errno != 0)
        {
            throw new IOException($"The kernel did not list its network tables: error {errno}.", errno);
        }
    }
}
