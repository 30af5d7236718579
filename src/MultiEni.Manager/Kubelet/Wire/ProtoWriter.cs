using System.Buffers;
using System.Text;

namespace MultiEni.Manager.Kubelet.Wire;

/// <summary>Writes one protocol buffer message. Values that are the default of their type are left out, as proto3 does.</summary>
internal sealed class ProtoWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    /// <summary>The message.</summary>
    public ReadOnlyMemory<byte> Written => _bytes.WrittenMemory;

    /// <summary>A text.</summary>
    public void Text(int field, string value)
    {
        if (value.Length > 0)
        {
            Item(field, value);
        }
    }

    /// <summary>A text in a list, which may be empty.</summary>
    public void Item(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    /// <summary>A number.</summary>
    public void Number(int field, long value)
    {
        if (value != 0)
        {
            Tag(field, WireTypes.Varint);
            Varint((ulong)value);
        }
    }

    /// <summary>A truth value.</summary>
    public void Flag(int field, bool value) => Number(field, value ? 1 : 0);

    /// <summary>A nested message, also an empty one.</summary>
    public void Message(int field, Action<ProtoWriter> write)
    {
        var nested = new ProtoWriter();
        write(nested);
        Bytes(field, nested.Written.Span);
    }

    /// <summary>Entries of a map, by key so that the bytes do not depend on chance.</summary>
    public void Map(int field, IReadOnlyDictionary<string, string> entries)
    {
        foreach (var (key, value) in entries.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            Message(
                field,
                entry =>
                {
                    entry.Text(1, key);
                    entry.Text(2, value);
                }
            );
        }
    }

    private void Bytes(int field, ReadOnlySpan<byte> value)
    {
        Tag(field, WireTypes.Bytes);
        Varint((ulong)value.Length);
        _bytes.Write(value);
    }

    private void Tag(int field, int wireType) => Varint(((ulong)field << 3) | (uint)wireType);

    private void Varint(ulong value)
    {
        Span<byte> part = stackalloc byte[1];
        while (value >= 0x80)
        {
            part[0] = (byte)(value | 0x80);
            _bytes.Write(part);
            value >>= 7;
        }

        part[0] = (byte)value;
        _bytes.Write(part);
    }
}
