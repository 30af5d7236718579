namespace MultiEni.Manager.Host.Kernel.Netlink;

/// <summary>One message of a datagram.</summary>
internal readonly ref struct NetlinkMessage
{
    internal NetlinkMessage(NetlinkMessageType type, NetlinkFlags flags, uint sequence, ReadOnlySpan<byte> payload)
    {
        Type = type;
        Flags = flags;
        Sequence = sequence;
        Payload = payload;
    }

    /// <summary>Its kind.</summary>
    public NetlinkMessageType Type { get; }

    /// <summary>Its flags.</summary>
    public NetlinkFlags Flags { get; }

    /// <summary>The number of the request that it answers; 0 in an announcement.</summary>
    public uint Sequence { get; }

    /// <summary>What follows the header, without padding.</summary>
    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>
    /// The error number, positive as in errno, that an <see cref="NetlinkMessageType.Error"/> or <see cref="NetlinkMessageType.Done"/>
    /// carries: 0 for an acknowledgement. A dump that fails half-way says so in its last message.
    /// </summary>
    public int ErrorNumber => Payload.Length >= sizeof(int) && NativeBytes.Int32(Payload) is < 0 and > int.MinValue and var code ? -code : 0;
}
