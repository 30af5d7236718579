namespace MultiEni.Manager.Host.Kernel.Netlink;

/// <summary>Links in messages (struct ifinfomsg and IFLA_ attributes).</summary>
internal static class LinkCodec
{
    internal const int HeaderSize = 16;

    private const byte BridgeFamily = 7;
    private const uint UpFlag = 1;

    private const int HardwareAddress = 1;
    private const int InterfaceName = 3;
    private const int Mtu = 4;
    private const int LowerLink = 5;
    private const int Master = 10;
    private const int LinkInfo = 18;
    private const int LowerLinkNamespace = 37;
    private const int LinkInfoKind = 1;

    /// <summary>Holds the alternative names, one attribute each.</summary>
    internal const int PropertyList = 52;
    internal const int AlternativeName = 53;

    /// <summary>
    /// Reads a link. False when the bytes are not one, or belong to a bridge's port table rather
    /// than to the table of links.
    /// </summary>
    /// <remarks>
    /// The kernel gives the other end of a pair (veth) in the same attribute as the link below a
    /// VLAN, and for a link below that lives in another namespace its number there. Neither is a
    /// lower link in this namespace, so both become null.
    /// </remarks>
    public static bool TryDecode(ReadOnlySpan<byte> payload, out Link link)
    {
        link = new Link(0, "", "", 0, Up: false, null, null);
        if (payload.Length < HeaderSize || payload[0] == BridgeFamily)
        {
            return false;
        }

        var isLowerHere = true;
        link = link with { Index = NativeBytes.Int32(payload[4..]), Up = (NativeBytes.UInt32(payload[8..]) & UpFlag) != 0 };
        var attributes = new AttributeReader(payload[HeaderSize..]);
        while (attributes.TryRead(out var attribute))
        {
            switch (attribute.Type)
            {
                case HardwareAddress:
                    link = link with { MacAddress = FormatHardwareAddress(attribute.Value) };
                    break;
                case InterfaceName:
                    link = link with { Name = attribute.Text };
                    break;
                case Mtu:
                    link = link with { Mtu = (int)(attribute.Number ?? 0) };
                    break;
                case LowerLink:
                    link = link with { LowerIndex = Reference(attribute, link.Index) };
                    break;
                case Master:
                    link = link with { MasterIndex = Reference(attribute, link.Index) };
                    break;
                case LowerLinkNamespace:
                    isLowerHere = false;
                    break;
                case PropertyList:
                    link = link with { AlternativeNames = NamesIn(attribute.Value) };
                    break;
                case LinkInfo:
                    isLowerHere &= !IsPair(attribute.Value);
                    break;
            }
        }

        link = isLowerHere ? link : link with { LowerIndex = null };
        return link is { Index: > 0, Name: not "" };
    }

    private static int? Reference(NetlinkAttribute attribute, int self) =>
        attribute.Number is { } index and > 0 and <= int.MaxValue && index != self ? (int)index : null;

    private static List<string> NamesIn(ReadOnlySpan<byte> properties)
    {
        var names = new List<string>();
        var attributes = new AttributeReader(properties);
        while (attributes.TryRead(out var attribute))
        {
            if (attribute.Type == AlternativeName)
            {
                names.Add(attribute.Text);
            }
        }

        return names;
    }

    private static bool IsPair(ReadOnlySpan<byte> information)
    {
        var attributes = new AttributeReader(information);
        while (attributes.TryRead(out var attribute))
        {
            if (attribute.Type == LinkInfoKind)
            {
                return attribute.Text is "veth" or "netkit" or "vxcan";
            }
        }

        return false;
    }

    private static string FormatHardwareAddress(ReadOnlySpan<byte> bytes) =>
        string.Join(':', Convert.ToHexStringLower(bytes).Chunk(2).Select(pair => new string(pair)));
}

/// <summary>What an rtnetlink announcement is about.</summary>
/// <param name="Action">As in <see cref="HostEvent"/>.</param>
/// <param name="LinkIndex">
/// The link concerned; 0 when there is none, as for a blackhole route.
/// </param>
/// <param name="Name">Its name, when the announcement has it.</param>
/// <param name="Subsystem">As in <see cref="HostEvent"/>.</param>
internal readonly record struct LinkNotification(string Action, int LinkIndex, string? Name, string Subsystem = HostEvent.Net)
{
    /// <summary>
    /// Reads an announcement; null when the message is none that this program listens for.
    /// </summary>
    public static LinkNotification? Decode(NetlinkMessage message)
    {
        switch (message.Type)
        {
            case NetlinkMessageType.NewLink or NetlinkMessageType.DeleteLink when LinkCodec.TryDecode(message.Payload, out var link):
                return new LinkNotification(message.Type == NetlinkMessageType.DeleteLink ? "remove" : "change", link.Index, link.Name);
            case NetlinkMessageType.NewAddress or NetlinkMessageType.DeleteAddress when AddressCodec.LinkOf(message.Payload) is { } index:
                return new LinkNotification("change", index, null);
            case NetlinkMessageType.NewRoute or NetlinkMessageType.DeleteRoute when RouteCodec.Key(message.Payload) is { } route:
                return new LinkNotification("change", route.LinkIndex, null, route.IsDefault ? HostEvent.Net : HostEvent.Route);
            // The VPC CNI makes rules for each pod; only what happens to ours is of interest.
            case NetlinkMessageType.NewRule
            or NetlinkMessageType.DeleteRule when RuleCodec.TryDecode(message.Payload, out var rule) && rule.Protocol == OwnProtocol.Number:
                return new LinkNotification("change", 0, "rule");
            default:
                return null;
        }
    }
}
