using System.Runtime.InteropServices;
using System.Text;

namespace MultiEni.Manager.Host.Kernel.Netlink;

/// <summary>One attribute of a message: a type and a value of any length.</summary>
internal readonly ref struct NetlinkAttribute
{
    internal NetlinkAttribute(int type, ReadOnlySpan<byte> value)
    {
        Type = type;
        Value = value;
    }

    /// <summary>What it is, without the flag bits for nesting and byte order.</summary>
    public int Type { get; }

    /// <summary>The bytes of the value, without padding.</summary>
    public ReadOnlySpan<byte> Value { get; }

    /// <summary>The value as a 32-bit number; null when it is too short for one.</summary>
    public uint? Number => Value.Length >= sizeof(uint) ? NativeBytes.UInt32(Value) : null;

    /// <summary>The value as text up to its terminating zero.</summary>
    public string Text => Encoding.UTF8.GetString(Value.IndexOf((byte)0) is >= 0 and var end ? Value[..end] : Value);
}

/// <summary>
/// Goes through attributes, at the top of a message or nested in another attribute. Stops at the
/// first that is malformed.
/// </summary>
internal ref struct AttributeReader
{
    private const int HeaderSize = 4;
    private const int TypeMask = 0x3fff;

    private ReadOnlySpan<byte> _rest;

    /// <summary>Starts before the first attribute.</summary>
    /// <param name="attributes">
    /// What follows the fixed part of a message, or the value of a nesting attribute.
    /// </param>
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

/// <summary>
/// Integers in the byte order of the machine, as netlink has them, and its alignment to four bytes.
/// </summary>
internal static class NativeBytes
{
    public static ushort UInt16(ReadOnlySpan<byte> bytes) => MemoryMarshal.Read<ushort>(bytes);

    public static uint UInt32(ReadOnlySpan<byte> bytes) => MemoryMarshal.Read<uint>(bytes);

    public static int Int32(ReadOnlySpan<byte> bytes) => MemoryMarshal.Read<int>(bytes);

    public static int Align(int length) => (length + 3) & ~3;
}

/// <summary>Unsigned numbers of the kernel in this program's signed ones.</summary>
internal static class Number
{
    /// <summary>
    /// The number, or the highest there is when it does not fit: a metric of 4294967295 must stay
    /// the last choice.
    /// </summary>
    public static int Clamp(uint? number) => (int)Math.Min(number ?? 0, int.MaxValue);
}
