using System.Net;

namespace MultiEni.Manager.Host.Kernel.Netlink;

/// <summary>Addresses of links in messages (struct ifaddrmsg and IFA_ attributes).</summary>
internal static class AddressCodec
{
    internal const int HeaderSize = 8;

    internal const int PeerAddress = 1;
    internal const int LocalAddress = 2;
    internal const int Flags = 8;
    internal const int Protocol = 11;

    /// <summary>
    /// Reads an address. False when the bytes are no IPv4 or IPv6 address of a link.
    /// </summary>
    public static bool TryDecode(ReadOnlySpan<byte> payload, out LinkAddress address)
    {
        address = new LinkAddress(0, "", 0);
        if (payload.Length < HeaderSize || AddressText.Version(payload[0]) is null)
        {
            return false;
        }

        string? local = null;
        string? peer = null;
        var protocol = 0;
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
                case Protocol when attribute.Value is [var number, ..]:
                    protocol = number;
                    break;
            }
        }

        // Without a peer the two are the same, and IPv6 then sends only the latter.
        address = new LinkAddress(NativeBytes.Int32(payload[4..]), local ?? peer ?? "", payload[1]) { Protocol = protocol };
        return address.Address != "";
    }

    /// <summary>The link that an address belongs to; null when the bytes are no address.</summary>
    public static int? LinkOf(ReadOnlySpan<byte> payload) => TryDecode(payload, out var address) ? address.LinkIndex : null;
}

/// <summary>IP addresses in messages, and the address families that have them.</summary>
internal static class AddressText
{
    internal const byte InternetVersion4 = 2;
    internal const byte InternetVersion6 = 10;
    private const int Version4Bytes = 4;
    private const int Version6Bytes = 16;

    /// <summary>
    /// 4 or 6; null for a family without IP addresses, such as bridge entries or multicast routes.
    /// </summary>
    public static int? Version(byte family) =>
        family switch
        {
            InternetVersion4 => 4,
            InternetVersion6 => 6,
            _ => null,
        };

    /// <summary>The address; null when the bytes are none.</summary>
    public static string? Format(ReadOnlySpan<byte> bytes) => bytes.Length is Version4Bytes or Version6Bytes ? new IPAddress(bytes).ToString() : null;

    /// <summary>
    /// Address and length; null for the prefix that contains everything, or when the bytes are no
    /// address.
    /// </summary>
    public static string? FormatPrefix(ReadOnlySpan<byte> bytes, int length) =>
        length > 0 && Format(bytes) is { } address ? $"{address}/{length}" : null;
}
