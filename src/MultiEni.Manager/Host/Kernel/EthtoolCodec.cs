using System.Buffers.Binary;
using System.Text;

namespace MultiEni.Manager.Host.Kernel;

/// <summary>
/// The structures of <c>SIOCETHTOOL</c> that tell what a driver counts
/// (<c>include/uapi/linux/ethtool.h</c>). Pure.
/// </summary>
internal static class EthtoolCodec
{
    /// <summary>Size of a name, <c>ETH_GSTRING_LEN</c>.</summary>
    public const int NameSize = 32;

    /// <summary>Size of struct ethtool_drvinfo.</summary>
    public const int DriverInformationSize = 196;

    /// <summary>Size of struct ethtool_sset_info with the one number that is asked for.</summary>
    public const int SetInformationSize = 20;

    /// <summary>What stands before the names in struct ethtool_gstrings.</summary>
    public const int NamesHead = 12;

    /// <summary>What stands before the values in struct ethtool_stats.</summary>
    public const int ValuesHead = 8;

    private const uint GetDriverInformation = 0x03;
    private const uint GetNames = 0x1b;
    private const uint GetValues = 0x1d;
    private const uint GetSetInformation = 0x37;

    // ETH_SS_STATS of enum ethtool_stringset.
    private const uint StatisticsSet = 1;

    private const int BusAddressOffset = 100;
    private const int BusAddressSize = 32;
    private const int SetMaskOffset = 8;
    private const int SetCountOffset = 16;
    private const int SetOffset = 4;
    private const int NamesCountOffset = 8;
    private const int ValuesCountOffset = 4;

    /// <summary>Asks which device an interface is.</summary>
    public static void WriteDriverInformation(Span<byte> buffer) => Write(buffer[..DriverInformationSize], GetDriverInformation);

    /// <summary>Where the device is; empty when it is nowhere.</summary>
    public static string ReadBusAddress(ReadOnlySpan<byte> answer) => Text(answer.Slice(BusAddressOffset, BusAddressSize));

    /// <summary>Asks how many counters there are.</summary>
    public static void WriteSetInformation(Span<byte> buffer)
    {
        Write(buffer[..SetInformationSize], GetSetInformation);
        BinaryPrimitives.WriteUInt64LittleEndian(buffer[SetMaskOffset..], 1ul << (int)StatisticsSet);
    }

    /// <summary>How many there are: none when the kernel cleared the bit that asked.</summary>
    public static uint ReadCount(ReadOnlySpan<byte> answer) =>
        BinaryPrimitives.ReadUInt64LittleEndian(answer[SetMaskOffset..]) == 0 ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(answer[SetCountOffset..]);

    /// <summary>Asks for the names.</summary>
    public static void WriteNames(Span<byte> buffer)
    {
        Write(buffer[..NamesHead], GetNames);
        BinaryPrimitives.WriteUInt32LittleEndian(buffer[SetOffset..], StatisticsSet);
    }

    /// <summary>How many names came.</summary>
    public static uint ReadNameCount(ReadOnlySpan<byte> answer) => BinaryPrimitives.ReadUInt32LittleEndian(answer[NamesCountOffset..]);

    /// <summary>Asks for the values.</summary>
    public static void WriteValues(Span<byte> buffer) => Write(buffer[..ValuesHead], GetValues);

    /// <summary>How many values came.</summary>
    public static uint ReadValueCount(ReadOnlySpan<byte> answer) => BinaryPrimitives.ReadUInt32LittleEndian(answer[ValuesCountOffset..]);

    /// <summary>The counters.</summary>
    /// <param name="names">The answer with the names.</param>
    /// <param name="values">The answer with the values.</param>
    /// <returns>
    /// Null when the two are not about the same counters: the number of queues changed between them.
    /// </returns>
    public static IReadOnlyList<DriverCounter>? Read(ReadOnlySpan<byte> names, ReadOnlySpan<byte> values)
    {
        var count = ReadValueCount(values);
        if (ReadNameCount(names) != count || names.Length < NamesHead + NameSize * (long)count || values.Length < ValuesHead + 8 * (long)count)
        {
            return null;
        }

        var counters = new DriverCounter[count];
        for (var i = 0; i < counters.Length; i++)
        {
            counters[i] = new DriverCounter(
                Text(names.Slice(NamesHead + NameSize * i, NameSize)),
                BinaryPrimitives.ReadUInt64LittleEndian(values[(ValuesHead + 8 * i)..])
            );
        }

        return counters;
    }

    private static void Write(Span<byte> head, uint command)
    {
        head.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(head, command);
    }

    // A name that fills its place has no zero behind it.
    private static string Text(ReadOnlySpan<byte> field) =>
        Encoding.ASCII.GetString(field.IndexOf((byte)0) is >= 0 and var end ? field[..end] : field);
}
