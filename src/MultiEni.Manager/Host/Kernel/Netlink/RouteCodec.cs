namespace MultiEni.Manager.Host.Kernel.Netlink;

/// <summary>Routes in messages (struct rtmsg, struct rtnexthop and RTA_ attributes).</summary>
internal static class RouteCodec
{
    internal const int HeaderSize = 12;

    private const int NextHopSize = 8;
    private const uint ClonedFlag = 0x200;

    internal const int DestinationAddress = 1;
    internal const int OutgoingLink = 4;
    internal const int Gateway = 5;
    internal const int Metric = 6;
    private const int NextHops = 9;
    internal const int Table = 15;
    private const int GatewayOfOtherFamily = 18;

    /// <summary>
    /// Reads a route: one record for each next hop of a multipath route, none when the bytes are no
    /// IPv4 or IPv6 route of a table.
    /// </summary>
    /// <remarks>
    /// A default route has no destination, however it is spelt: an absent address, 0.0.0.0/0 and
    /// ::/0 all have prefix length 0 (docs/reference/driver-binding.md#default-routes).
    /// </remarks>
    public static IReadOnlyList<Route> Decode(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < HeaderSize || AddressText.Version(payload[0]) is not { } version || (NativeBytes.UInt32(payload[8..]) & ClonedFlag) != 0)
        {
            return [];
        }

        var prefixLength = payload[1];
        var route = new Route(version, Table: payload[4], null, null, LinkIndex: 0, Metric: 0, Protocol: payload[5]);
        var hops = ReadOnlySpan<byte>.Empty;
        var attributes = new AttributeReader(payload[HeaderSize..]);
        while (attributes.TryRead(out var attribute))
        {
            switch (attribute.Type)
            {
                case DestinationAddress:
                    route = route with { Destination = AddressText.FormatPrefix(attribute.Value, prefixLength) };
                    break;
                case Metric:
                    route = route with { Metric = Number.Clamp(attribute.Number) };
                    break;
                case Table:
                    route = route with { Table = Number.Clamp(attribute.Number) };
                    break;
                case NextHops:
                    hops = attribute.Value;
                    break;
                default:
                    route = WithHop(route, attribute);
                    break;
            }
        }

        // A destination that cannot be read must not turn into a default route.
        return prefixLength > 0 && route.Destination is null ? []
            : hops.IsEmpty ? [route]
            : DecodeHops(route, hops);
    }

    /// <summary>
    /// What distinguishes a route for decisions, without anything being allocated; null when the
    /// bytes are no IPv4 or IPv6 route of a table.
    /// </summary>
    public static RouteKey? Key(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < HeaderSize || AddressText.Version(payload[0]) is not { } version || (NativeBytes.UInt32(payload[8..]) & ClonedFlag) != 0)
        {
            return null;
        }

        var key = new RouteKey(version, Table: payload[4], LinkIndex: 0, Protocol: payload[5], IsDefault: payload[1] == 0);
        var attributes = new AttributeReader(payload[HeaderSize..]);
        while (attributes.TryRead(out var attribute))
        {
            key = attribute.Type switch
            {
                OutgoingLink => key with { LinkIndex = Number.Clamp(attribute.Number) },
                Table => key with { Table = Number.Clamp(attribute.Number) },
                NextHops when attribute.Value.Length >= NextHopSize => key with
                {
                    LinkIndex = NativeBytes.Int32(attribute.Value[4..]),
                    IsMultipath = true,
                },
                _ => key,
            };
        }

        return key;
    }

    private static Route WithHop(Route route, NetlinkAttribute attribute) =>
        attribute.Type switch
        {
            OutgoingLink => route with { LinkIndex = Number.Clamp(attribute.Number) },
            Gateway => route with { Gateway = AddressText.Format(attribute.Value) },
            // The family comes before the address.
            GatewayOfOtherFamily when attribute.Value.Length > 2 => route with { Gateway = AddressText.Format(attribute.Value[2..]) },
            _ => route,
        };

    private static List<Route> DecodeHops(Route route, ReadOnlySpan<byte> hops)
    {
        var routes = new List<Route>();
        while (hops.Length >= NextHopSize)
        {
            var length = NativeBytes.UInt16(hops);
            if (length < NextHopSize || length > hops.Length)
            {
                break;
            }

            var hop = route with { LinkIndex = NativeBytes.Int32(hops[4..]) };
            var attributes = new AttributeReader(hops[NextHopSize..length]);
            while (attributes.TryRead(out var attribute))
            {
                hop = WithHop(hop, attribute);
            }

            routes.Add(hop);
            hops = hops[Math.Min(NativeBytes.Align(length), hops.Length)..];
        }

        return routes;
    }
}

/// <summary>What distinguishes a route for decisions.</summary>
/// <param name="Family">4 or 6.</param>
/// <param name="Table">Routing table.</param>
/// <param name="LinkIndex">Outgoing link, of the first next hop.</param>
/// <param name="Protocol">Who made it.</param>
/// <param name="IsDefault">Whether its prefix has length 0.</param>
/// <param name="IsMultipath">
/// Whether it has next hops of its own, over perhaps more than one link.
/// </param>
internal readonly record struct RouteKey(int Family, int Table, int LinkIndex, int Protocol, bool IsDefault, bool IsMultipath = false);

/// <summary>
/// Takes from a dump the routes that can make a difference: all default and multipath routes, and
/// of the others the first over each link, in each table and of each protocol. A node of a BGP
/// network has ten thousand of those others, and whether a link has one or a thousand of a kind
/// decides nothing.
/// </summary>
internal sealed class RouteSelection
{
    private readonly HashSet<RouteKey> _seen = [];

    /// <summary>The routes of a message that are new in kind.</summary>
    public IReadOnlyList<Route> Take(ReadOnlySpan<byte> payload) =>
        RouteCodec.Key(payload) is { } key && (key.IsDefault || key.IsMultipath || _seen.Add(key)) ? RouteCodec.Decode(payload) : [];
}
