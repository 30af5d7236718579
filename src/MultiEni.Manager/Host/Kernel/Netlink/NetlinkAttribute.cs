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
