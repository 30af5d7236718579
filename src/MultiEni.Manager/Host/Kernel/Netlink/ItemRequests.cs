using System.Buffers;
using System.Diagnostics;
using System.Net;
using System.Text;

namespace MultiEni.Manager.Host.Kernel.Netlink;

/// <summary>
/// Requests that add or remove something in the tables of rtnetlink, and want an acknowledgement.
/// </summary>
internal static class ItemRequests
{
    private const NetlinkFlags Plain = NetlinkFlags.Request | NetlinkFlags.Acknowledge;
    private const NetlinkFlags New = Plain | NetlinkFlags.Create | NetlinkFlags.Exclusive;

    private const ushort Nested = 0x8000;
    private const byte Unicast = 1;
    private const byte LinkScope = 253;
    private const byte ToTable = 1;
    private const uint GatewayIsOnLink = 4;

    // IFA_F_: an address of EC2's is nobody else's, so there is nothing to detect.
    private const uint NoDuplicateDetection = 0x02;
    private const uint NoPrefixRoute = 0x200;

    /// <summary>Adds an item, and only where nothing is.</summary>
    public static byte[] Add(uint sequence, NetworkItem item) => Request(sequence, item, isNew: true);

    /// <summary>Removes an item.</summary>
    public static byte[] Remove(uint sequence, NetworkItem item) => Request(sequence, item, isNew: false);

    private static byte[] Request(uint sequence, NetworkItem item, bool isNew)
    {
        var body = new ArrayBufferWriter<byte>();
        NetlinkMessageType added;
        NetlinkMessageType removed;
        switch (item)
        {
            case NetworkItem.AlternativeName name:
                (added, removed) = (NetlinkMessageType.NewLinkProperty, NetlinkMessageType.DeleteLinkProperty);
                Write(body, name);
                break;
            case NetworkItem.Address address:
                (added, removed) = (NetlinkMessageType.NewAddress, NetlinkMessageType.DeleteAddress);
                Write(body, address.Value);
                break;
            case NetworkItem.Path path:
                (added, removed) = (NetlinkMessageType.NewRoute, NetlinkMessageType.DeleteRoute);
                Write(body, path.Value);
                break;
            case NetworkItem.Rule rule:
                (added, removed) = (NetlinkMessageType.NewRule, NetlinkMessageType.DeleteRule);
                Write(body, rule.Value);
                break;
            default:
                throw new UnreachableException($"{item}");
        }

        return RouteRequests.Message(isNew ? added : removed, isNew ? New : Plain, sequence, body.WrittenSpan);
    }

    private static void Write(ArrayBufferWriter<byte> body, NetworkItem.AlternativeName name)
    {
        RouteRequests.WriteLinkHeader(body, name.LinkIndex, flags: 0, change: 0);
        var inner = new ArrayBufferWriter<byte>();
        Attribute(inner, LinkCodec.AlternativeName, Encoding.UTF8.GetBytes(name.Name + '\0'));
        Attribute(body, LinkCodec.PropertyList | Nested, inner.WrittenSpan);
    }

    // struct ifaddrmsg
    private static void Write(ArrayBufferWriter<byte> body, LinkAddress address)
    {
        var bytes = IPAddress.Parse(address.Address).GetAddressBytes();
        var isVersion6 = bytes.Length > 4;
        body.Write((ReadOnlySpan<byte>)[Family(isVersion6 ? 6 : 4), (byte)address.PrefixLength, 0, 0]);
        RouteRequests.Write(body, address.LinkIndex);
        // For IPv4 the local address tells which one is meant; both are the same without a peer.
        Attribute(body, AddressCodec.LocalAddress, bytes);
        Attribute(body, AddressCodec.PeerAddress, bytes);
        RouteRequests.WriteAttribute(body, AddressCodec.Flags, NoPrefixRoute | (isVersion6 ? NoDuplicateDetection : 0));
        Attribute(body, AddressCodec.Protocol, [(byte)address.Protocol]);
    }

    // struct rtmsg. A table above 255 has its number in an attribute only.
    private static void Write(ArrayBufferWriter<byte> body, Route route)
    {
        var destination = route.Destination is { } text ? IPNetwork.Parse(text) : (IPNetwork?)null;
        var isDirect = route.Gateway is null && route.Family == 4;
        body.Write((ReadOnlySpan<byte>)[Family(route.Family), (byte)(destination?.PrefixLength ?? 0), 0, 0]);
        body.Write((ReadOnlySpan<byte>)[SmallTable(route.Table), (byte)route.Protocol, isDirect ? LinkScope : (byte)0, Unicast]);
        RouteRequests.Write(body, route.Gateway is null ? 0 : GatewayIsOnLink);
        if (destination is { } network)
        {
            Attribute(body, RouteCodec.DestinationAddress, network.BaseAddress.GetAddressBytes());
        }

        RouteRequests.WriteAttribute(body, RouteCodec.OutgoingLink, (uint)route.LinkIndex);
        if (route.Gateway is { } gateway)
        {
            Attribute(body, RouteCodec.Gateway, IPAddress.Parse(gateway).GetAddressBytes());
        }

        RouteRequests.WriteAttribute(body, RouteCodec.Metric, (uint)route.Metric);
        RouteRequests.WriteAttribute(body, RouteCodec.Table, (uint)route.Table);
    }

    // struct fib_rule_hdr
    private static void Write(ArrayBufferWriter<byte> body, RoutingRule rule)
    {
        var source = rule.Source is { } text ? IPNetwork.Parse(text) : (IPNetwork?)null;
        body.Write((ReadOnlySpan<byte>)[Family(rule.Family), 0, (byte)(source?.PrefixLength ?? 0), 0]);
        body.Write((ReadOnlySpan<byte>)[SmallTable(rule.Table), 0, 0, ToTable]);
        RouteRequests.Write(body, 0u);
        if (source is { } network)
        {
            Attribute(body, RuleCodec.Source, network.BaseAddress.GetAddressBytes());
        }

        RouteRequests.WriteAttribute(body, RuleCodec.Priority, (uint)rule.Priority);
        RouteRequests.WriteAttribute(body, RuleCodec.Table, (uint)rule.Table);
        Attribute(body, RuleCodec.Protocol, [(byte)rule.Protocol]);
    }

    private static byte Family(int version) => version == 4 ? AddressText.InternetVersion4 : AddressText.InternetVersion6;

    private static byte SmallTable(int table) => table <= byte.MaxValue ? (byte)table : (byte)0;

    private static void Attribute(ArrayBufferWriter<byte> body, int type, ReadOnlySpan<byte> value)
    {
        const int HeaderSize = 4;
        RouteRequests.Write(body, (ushort)(HeaderSize + value.Length));
        RouteRequests.Write(body, (ushort)type);
        body.Write(value);
        body.Write(stackalloc byte[NativeBytes.Align(value.Length) - value.Length]);
    }
}
