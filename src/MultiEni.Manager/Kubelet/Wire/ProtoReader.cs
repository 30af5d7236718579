using System.Buffers;
using System.Text;

namespace MultiEni.Manager.Kubelet.Wire;

/// <summary>
/// Reads the fields of one protocol buffer message, in the order in which they come.
/// </summary>
internal ref struct ProtoReader(ReadOnlySpan<byte> message)
{
    private const int LongestVarint = 10;
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private ReadOnlySpan<byte> _rest = message;
    private int _wireType;

    /// <summary>Number of the present field.</summary>
    public int Field { get; private set; }

    /// <summary>Goes to the next field. Its value must then be read or skipped.</summary>
    /// <returns>False at the end.</returns>
    /// <exception cref="ProtoException">What follows is no field.</exception>
    public bool Next()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        var tag = Varint();
        var number = tag >> 3;
        _wireType = (int)(tag & 7);
        Field = number is > 0 and < 1 << 29 ? (int)number : throw new ProtoException($"{number} is no field number.");
        return true;
    }

    /// <summary>The present field's number or truth value.</summary>
    public long Number() =>
        _wireType == WireTypes.Varint ? (long)Varint() : throw new ProtoException($"Field {Field} is no number (wire type {_wireType}).");

    /// <summary>The present field's bytes: a nested message, or text.</summary>
    public ReadOnlySpan<byte> Bytes() =>
        _wireType == WireTypes.Bytes ? Take(Varint()) : throw new ProtoException($"Field {Field} has no length (wire type {_wireType}).");

    /// <summary>The present field's text.</summary>
    public string Text()
    {
        try
        {
            return Utf8.GetString(Bytes());
        }
        catch (DecoderFallbackException error)
        {
            throw new ProtoException($"Field {Field} is not text.", error);
        }
    }

    /// <summary>
    /// Passes over the present field: one that a later version of the protocol has added.
    /// </summary>
    public void Skip()
    {
        switch (_wireType)
        {
            case WireTypes.Varint:
                Varint();
                break;
            case WireTypes.Fixed64:
                Take(sizeof(ulong));
                break;
            case WireTypes.Bytes:
                Take(Varint());
                break;
            case WireTypes.Fixed32:
                Take(sizeof(uint));
                break;
            default:
                throw new ProtoException($"Field {Field} has the wire type {_wireType}, which does not exist.");
        }
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (var i = 0; i < LongestVarint && i < _rest.Length; i++)
        {
            var part = _rest[i];
            value |= (ulong)(part & 0x7f) << (7 * i);
            if (part < 0x80)
            {
                _rest = _rest[(i + 1)..];
                return value;
            }
        }

        throw new ProtoException("A number does not end.");
    }

    private ReadOnlySpan<byte> Take(ulong length)
    {
        if (length > (ulong)_rest.Length)
        {
            throw new ProtoException($"Field {Field} is said to be {length} bytes long and {_rest.Length} are left.");
        }

        var taken = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return taken;
    }
}

/// <summary>
/// Writes one protocol buffer message. Values that are the default of their type are left out, as
/// proto3 does.
/// </summary>
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

/// <summary>Bytes that are no protocol buffer message.</summary>
internal sealed class ProtoException(string message, Exception? inner = null) : FormatException(message, inner);

/// <summary>How a field's value is written (protobuf.dev, "Encoding").</summary>
internal static class WireTypes
{
    internal const int Varint = 0;
    internal const int Fixed64 = 1;
    internal const int Bytes = 2;
    internal const int Fixed32 = 5;
}
