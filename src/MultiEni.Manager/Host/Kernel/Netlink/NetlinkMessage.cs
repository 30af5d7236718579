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
    /// The error number, positive as in errno, that an <see cref="NetlinkMessageType.Error"/> or
    /// <see cref="NetlinkMessageType.Done"/> carries: 0 for an acknowledgement. A dump that fails
    /// half-way says so in its last message.
    /// </summary>
    public int ErrorNumber => Payload.Length >= sizeof(int) && NativeBytes.Int32(Payload) is < 0 and > int.MinValue and var code ? -code : 0;
}

/// <summary>
/// Kinds of messages (include/uapi/linux/netlink.h and rtnetlink.h), as far as this program uses
/// them.
/// </summary>
internal enum NetlinkMessageType : ushort
{
    /// <summary>Not a message of the kernel's.</summary>
    None = 0,

    /// <summary>An error, or with error 0 the acknowledgement of a request.</summary>
    Error = 2,

    /// <summary>The end of a dump.</summary>
    Done = 3,

    /// <summary>A link, in a dump or because it is new or has changed.</summary>
    NewLink = 16,

    /// <summary>A link went away.</summary>
    DeleteLink = 17,

    /// <summary>Asks for links.</summary>
    GetLink = 18,

    /// <summary>Changes a link.</summary>
    SetLink = 19,

    /// <summary>An address, in a dump or because it is new.</summary>
    NewAddress = 20,

    /// <summary>An address went away.</summary>
    DeleteAddress = 21,

    /// <summary>Asks for addresses.</summary>
    GetAddress = 22,

    /// <summary>A route, in a dump or because it is new.</summary>
    NewRoute = 24,

    /// <summary>A route went away.</summary>
    DeleteRoute = 25,

    /// <summary>Asks for routes.</summary>
    GetRoute = 26,

    /// <summary>A policy rule, in a dump or because it is new.</summary>
    NewRule = 32,

    /// <summary>A policy rule went away.</summary>
    DeleteRule = 33,

    /// <summary>Asks for policy rules.</summary>
    GetRule = 34,

    /// <summary>Adds alternative names to a link.</summary>
    NewLinkProperty = 108,

    /// <summary>Takes alternative names from a link.</summary>
    DeleteLinkProperty = 109,
}

/// <summary>Flags in the header of a message.</summary>
[Flags]
internal enum NetlinkFlags : ushort
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>A request to the kernel.</summary>
    Request = 1,

    /// <summary>More parts follow, until <see cref="NetlinkMessageType.Done"/>.</summary>
    Multi = 2,

    /// <summary>Answer with an acknowledgement, also on success.</summary>
    Acknowledge = 4,

    /// <summary>
    /// The table changed while it was dumped: what came is not a picture of one moment.
    /// </summary>
    DumpInterrupted = 0x10,

    /// <summary>Answer with the whole table.</summary>
    Root = 0x100,

    /// <summary>Add nothing where something is.</summary>
    Exclusive = 0x200,

    /// <summary>Add it when it is not there.</summary>
    Create = 0x400,

    /// <summary>List everything: NLM_F_ROOT and NLM_F_MATCH, whose value Exclusive has too.</summary>
    Dump = Root | Exclusive,
}

/// <summary>
/// Goes through the messages of one datagram. Never reads beyond it, whatever lengths it claims.
/// </summary>
internal ref struct NetlinkReader
{
    /// <summary>Bytes of a message header (struct nlmsghdr).</summary>
    public const int HeaderSize = 16;

    private ReadOnlySpan<byte> _rest;

    /// <summary>Starts before the first message.</summary>
    /// <param name="datagram">What one receive gave.</param>
    public NetlinkReader(ReadOnlySpan<byte> datagram) => _rest = datagram;

    /// <summary>
    /// Whether the datagram ended in something that is no message: it was cut short, or is not
    /// netlink.
    /// </summary>
    public bool IsMalformed { get; private set; }

    /// <summary>Takes the next message; false at the end and where the rest is malformed.</summary>
    public bool TryRead(out NetlinkMessage message)
    {
        message = default;
        if (_rest.IsEmpty || IsMalformed)
        {
            return false;
        }

        var length = _rest.Length >= HeaderSize ? NativeBytes.UInt32(_rest) : 0;
        if (length < HeaderSize || length > (uint)_rest.Length)
        {
            IsMalformed = true;
            return false;
        }

        message = new NetlinkMessage(
            (NetlinkMessageType)NativeBytes.UInt16(_rest[4..]),
            (NetlinkFlags)NativeBytes.UInt16(_rest[6..]),
            NativeBytes.UInt32(_rest[8..]),
            _rest[HeaderSize..(int)length]
        );
        _rest = _rest[Math.Min(NativeBytes.Align((int)length), _rest.Length)..];
        return true;
    }
}
