namespace MultiEni.Manager.Host.Kernel.Netlink;

/// <summary>Goes through the messages of one datagram. Never reads beyond it, whatever lengths it claims.</summary>
internal ref struct NetlinkReader
{
    /// <summary>Bytes of a message header (struct nlmsghdr).</summary>
    public const int HeaderSize = 16;

    private ReadOnlySpan<byte> _rest;

    /// <summary>Starts before the first message.</summary>
    /// <param name="datagram">What one receive gave.</param>
    public NetlinkReader(ReadOnlySpan<byte> datagram) => _rest = datagram;

    /// <summary>Whether the datagram ended in something that is no message: it was cut short, or is not netlink.</summary>
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
