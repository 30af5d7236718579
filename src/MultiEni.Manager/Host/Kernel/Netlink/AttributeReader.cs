namespace MultiEni.Manager.Host.Kernel.Netlink;

/// <summary>Goes through attributes, at the top of a message or nested in another attribute. Stops at the first that is malformed.</summary>
internal ref struct AttributeReader
{
    private const int HeaderSize = 4;
    private const int TypeMask = 0x3fff;

    private ReadOnlySpan<byte> _rest;

    /// <summary>Starts before the first attribute.</summary>
    /// <param name="attributes">What follows the fixed part of a message, or the value of a nesting attribute.</param>
    public AttributeReader(ReadOnlySpan<byte> attributes) => _rest = attributes;

    /// <summary>Takes the next attribute; false when there is none.</summary>
    public bool TryRead(out NetlinkAttribute attribute)
    {
        attribute = default;
        if (_rest.Length < HeaderSize)
        {
            return false;
        }

        var length = NativeBytes.UInt16(_rest);
        if (length < HeaderSize || length > _rest.Length)
        {
            _rest = default;
            return false;
        }

        attribute = new NetlinkAttribute(NativeBytes.UInt16(_rest[2..]) & TypeMask, _rest[HeaderSize..length]);
        _rest = _rest[Math.Min(NativeBytes.Align(length), _rest.Length)..];
        return true;
    }
}
