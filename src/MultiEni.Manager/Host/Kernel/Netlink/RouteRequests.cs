using System.Buffers;
using System.Runtime.InteropServices;

namespace MultiEni.Manager.Host.Kernel.Netlink;

/// <summary>The requests to rtnetlink that this program makes, as bytes.</summary>
internal static class RouteRequests
{
    private const int MtuAttribute = 4;
    private const int ExtendedMaskAttribute = 29;
    private const uint SkipStatistics = 8;
    private const uint UpFlag = 1;

    /// <summary>Asks for all links, without their counters.</summary>
    public static byte[] DumpLinks(uint sequence)
    {
        var body = new ArrayBufferWriter<byte>();
        WriteLinkHeader(body, index: 0, flags: 0, change: 0);
        WriteAttribute(body, ExtendedMaskAttribute, SkipStatistics);
        return Message(NetlinkMessageType.GetLink, NetlinkFlags.Request | NetlinkFlags.Dump, sequence, body.WrittenSpan);
    }

    /// <summary>Asks for all addresses of all families.</summary>
    public static byte[] DumpAddresses(uint sequence) => Dump(NetlinkMessageType.GetAddress, sequence, AddressCodec.HeaderSize);

    /// <summary>Asks for all routes of all tables and families.</summary>
    public static byte[] DumpRoutes(uint sequence) => Dump(NetlinkMessageType.GetRoute, sequence, RouteCodec.HeaderSize);

    /// <summary>Asks for all policy rules of all families.</summary>
    public static byte[] DumpRules(uint sequence) => Dump(NetlinkMessageType.GetRule, sequence, RuleCodec.HeaderSize);

    /// <summary>Brings a link up or takes it down, and wants an acknowledgement.</summary>
    public static byte[] SetUp(uint sequence, int index, bool up)
    {
        var body = new ArrayBufferWriter<byte>();
        WriteLinkHeader(body, index, flags: up ? UpFlag : 0, change: UpFlag);
        return Message(NetlinkMessageType.SetLink, NetlinkFlags.Request | NetlinkFlags.Acknowledge, sequence, body.WrittenSpan);
    }

    /// <summary>Sets the MTU of a link, and wants an acknowledgement.</summary>
    public static byte[] SetMtu(uint sequence, int index, int mtu)
    {
        var body = new ArrayBufferWriter<byte>();
        WriteLinkHeader(body, index, flags: 0, change: 0);
        WriteAttribute(body, MtuAttribute, (uint)mtu);
        return Message(NetlinkMessageType.SetLink, NetlinkFlags.Request | NetlinkFlags.Acknowledge, sequence, body.WrittenSpan);
    }

    // Family and filters zero: everything.
    private static byte[] Dump(NetlinkMessageType type, uint sequence, int headerSize) =>
        Message(type, NetlinkFlags.Request | NetlinkFlags.Dump, sequence, new byte[headerSize]);

    internal static byte[] Message(NetlinkMessageType type, NetlinkFlags flags, uint sequence, ReadOnlySpan<byte> body)
    {
        var message = new ArrayBufferWriter<byte>();
        Write(message, (uint)(NetlinkReader.HeaderSize + body.Length));
        Write(message, (ushort)type);
        Write(message, (ushort)flags);
        Write(message, sequence);
        // The port of the sender: 0 lets the kernel fill it in.
        Write(message, 0u);
        message.Write(body);
        return message.WrittenSpan.ToArray();
    }

    // struct ifinfomsg
    internal static void WriteLinkHeader(ArrayBufferWriter<byte> body, int index, uint flags, uint change)
    {
        Write(body, 0u);
        Write(body, (uint)index);
        Write(body, flags);
        Write(body, change);
    }

    internal static void WriteAttribute(ArrayBufferWriter<byte> body, ushort type, uint value)
    {
        Write(body, (ushort)8);
        Write(body, type);
        Write(body, value);
    }

    internal static void Write<T>(ArrayBufferWriter<byte> body, T value)
        where T : unmanaged => body.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)));
}
