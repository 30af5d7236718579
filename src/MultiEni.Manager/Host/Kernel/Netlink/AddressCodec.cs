namespace MultiEni.Manager.Host.Kernel.Netlink;

/// <summary>Addresses of links in messages (struct ifaddrmsg and IFA_ attributes).</summary>
internal static class AddressCodec
{
    internal const int HeaderSize = 8;

    private const int PeerAddress = 1;
    private const int LocalAddress = 2;

    /// <summary>Reads an address. False when the bytes are no IPv4 or IPv6 address of a link.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> payload, out LinkAddress address)
    {
        address = new LinkAddress(0, "", 0);
        if (payload.Length < HeaderSize || AddressText.Version(payload[0]) is null)
        {
            return false;
        }

        string? local = null;
        string? peer = null;
        var attributes = new AttributeReader(payload[HeaderSize..]);
        while (attributes.TryRead(out var attribute))
        {
            switch (attribute.Type)
            {
                case LocalAddress:
                    local = AddressText.Format(attribute.Value);
                    break;
                case PeerAddress:
                    peer = AddressText.Format(attribute.Value);
                    break;
            }
        }

        // Without a peer the two are the same, and IPv6 then sends only the latter.
        address = new LinkAddress(NativeBytes.Int32(payload[4..]), local ?? peer ?? "", payload[1]);
        return address.Address != "";
    }

    /// <summary>The link that an address belongs to; null when the bytes are no address.</summary>
    public static int? LinkOf(ReadOnlySpan<byte> payload) => TryDecode(payload, out var address) ? address.LinkIndex : null;
}
