using System.Buffers.Binary;
using System.Net;

namespace MultiEni.VirtualMachine.Wire;

/// <summary>What of a frame decides whether a VPC carries it.</summary>
/// <param name="Destination">Hardware address, as <c>02:…</c>.</param>
/// <param name="Source">Hardware address of the sender.</param>
/// <param name="Content">What it carries.</param>
public sealed record EthernetFrame(string Destination, string Source, FrameContent Content)
{
    private const int Header = 14;

    /// <summary>Reads one.</summary>
    public static EthernetFrame Parse(ReadOnlySpan<byte> frame)
    {
        if (frame.Length < Header)
        {
            return new EthernetFrame("", "", new FrameContent.Other());
        }

        var rest = frame[Header..];
        return new EthernetFrame(
            Mac(frame[..6]),
            Mac(frame[6..12]),
            BinaryPrimitives.ReadUInt16BigEndian(frame[12..14]) switch
            {
                0x0806 when rest.Length >= 28 && rest[7] == 1 => new FrameContent.ArpRequest(Address(rest[14..18]), Address(rest[24..28])),
                0x0800 when rest.Length >= 20 => new FrameContent.Packet(Address(rest[12..16]), Address(rest[16..20])),
                0x86dd when rest.Length >= 40 => new FrameContent.Packet(Address(rest[8..24]), Address(rest[24..40])),
                _ => new FrameContent.Other(),
            }
        );
    }

    /// <summary>The answer to an ARP request, as a frame.</summary>
    /// <param name="request">The request.</param>
    /// <param name="mac">The hardware address that it asks for.</param>
    public static byte[] ArpReply(ReadOnlySpan<byte> request, string mac)
    {
        var answer = Convert.FromHexString(mac.Replace(":", "", StringComparison.Ordinal));
        // Ethernet, IPv4, a reply; then the target of the request as sender, and its sender as target.
        return
        [
            .. request[6..12],
            .. answer,
            .. request[12..20],
            0,
            2,
            .. answer,
            .. request[(Header + 24)..(Header + 28)],
            .. request[(Header + 8)..(Header + 18)],
        ];
    }

    private static string Mac(ReadOnlySpan<byte> bytes) => string.Join(':', bytes.ToArray().Select(part => part.ToString("x2", null)));

    private static IPAddress Address(ReadOnlySpan<byte> bytes) => new(bytes);
}

/// <summary>What a frame carries.</summary>
public abstract record FrameContent
{
    private FrameContent() { }

    /// <summary>A question for the hardware address of an IPv4 address.</summary>
    public sealed record ArpRequest(IPAddress Sender, IPAddress Target) : FrameContent;

    /// <summary>An IPv4 or IPv6 packet.</summary>
    public sealed record Packet(IPAddress Source, IPAddress Destination) : FrameContent;

    /// <summary>Something that a VPC does not carry.</summary>
    public sealed record Other : FrameContent;
}
