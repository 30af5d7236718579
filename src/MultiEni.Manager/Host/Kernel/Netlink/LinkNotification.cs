namespace MultiEni.Manager.Host.Kernel.Netlink;

/// <summary>What an rtnetlink announcement is about.</summary>
/// <param name="Action">As in <see cref="HostEvent"/>.</param>
/// <param name="LinkIndex">The link concerned; 0 when there is none, as for a blackhole route.</param>
/// <param name="Name">Its name, when the announcement has it.</param>
/// <param name="Subsystem">As in <see cref="HostEvent"/>.</param>
internal readonly record struct LinkNotification(string Action, int LinkIndex, string? Name, string Subsystem = HostEvent.Net)
{
    /// <summary>Reads an announcement; null when the message is none that this program listens for.</summary>
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
            default:
                return null;
        }
    }
}
