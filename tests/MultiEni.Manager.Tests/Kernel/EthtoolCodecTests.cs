using System.Buffers.Binary;
using System.Text;
using CsCheck;
using MultiEni.Manager.Host.Kernel;

namespace MultiEni.Manager.Tests.Kernel;

public sealed class EthtoolCodecTests
{
    private const string Longest = "a_name_that_fills_all_of_the_32_";

    [Fact]
    public void Names_and_values_are_put_together_in_their_order() =>
        Assert.Equal(
            [new("tx_timeout", 1), new(Longest, ulong.MaxValue), new("", 3)],
            EthtoolCodec.Read(Names("tx_timeout", Longest, ""), Values(1, ulong.MaxValue, 3))
        );

    [Fact]
    public void Answers_about_different_counters_are_no_answer()
    {
        Assert.Null(EthtoolCodec.Read(Names("a"), Values(1, 2)));
        Assert.Null(EthtoolCodec.Read(Names("a", "b"), Values(1)));
    }

    /// <summary>The count is the kernel's word; the buffer is what there is.</summary>
    [Fact]
    public void A_count_beyond_the_buffer_is_no_answer() =>
        Gen.Select(Gen.Byte.Array[12, 200], Gen.Byte.Array[8, 100])
            .Sample(
                (names, values) =>
                    EthtoolCodec.Read(names, values) is not { } counters
                    || (counters.Count <= (names.Length - 12) / 32 && counters.Count <= (values.Length - 8) / 8),
                threads: 1
            );

    [Fact]
    public void Questions_are_as_the_kernel_takes_them()
    {
        var buffer = Enumerable.Repeat((byte)0xff, 200).ToArray();
        EthtoolCodec.WriteSetInformation(buffer);
        Assert.Equal("3700000000000000020000000000000000000000FF", Convert.ToHexString(buffer, 0, 21));
        EthtoolCodec.WriteNames(buffer);
        Assert.Equal("1B0000000100000000000000", Convert.ToHexString(buffer, 0, 12));
        EthtoolCodec.WriteValues(buffer);
        Assert.Equal("1D00000000000000", Convert.ToHexString(buffer, 0, 8));
        EthtoolCodec.WriteDriverInformation(buffer);
        Assert.Equal("0300000000000000", Convert.ToHexString(buffer, 0, 8));
    }

    [Theory]
    [InlineData(2ul, 41u, 41u)]
    [InlineData(0ul, 41u, 0u)]
    public void A_driver_that_counts_nothing_has_its_bit_cleared(ulong mask, uint count, uint expected)
    {
        var answer = new byte[EthtoolCodec.SetInformationSize];
        BinaryPrimitives.WriteUInt64LittleEndian(answer.AsSpan(8), mask);
        BinaryPrimitives.WriteUInt32LittleEndian(answer.AsSpan(16), count);
        Assert.Equal(expected, EthtoolCodec.ReadCount(answer));
    }

    [Fact]
    public void A_device_says_where_it_is()
    {
        var answer = new byte[EthtoolCodec.DriverInformationSize];
        Encoding.ASCII.GetBytes("ena").CopyTo(answer, 4);
        Encoding.ASCII.GetBytes("0000:00:06.0").CopyTo(answer, 100);
        Assert.Equal("0000:00:06.0", EthtoolCodec.ReadBusAddress(answer));
        Assert.Equal("", EthtoolCodec.ReadBusAddress(new byte[EthtoolCodec.DriverInformationSize]));
    }

    /// <summary>Loopback counts nothing by itself, and has no device.</summary>
    [Fact]
    public async Task The_kernel_of_this_machine_answers_about_loopback()
    {
        var counters = new EthtoolCounters(new BlockingCalls());
        Assert.Equal(
            ("", 0),
            await counters.ReadAsync("lo", TestContext.Current.CancellationToken) is { } lo ? (lo.BusAddress, lo.Values.Count) : default
        );
        Assert.Null(await counters.ReadAsync("no-such-link", TestContext.Current.CancellationToken));
        Assert.Null(await counters.ReadAsync("a-name-that-is-too-long", TestContext.Current.CancellationToken));
        Assert.Null(await counters.ReadAsync("", TestContext.Current.CancellationToken));
    }

    private static byte[] Names(params string[] names)
    {
        var answer = new byte[EthtoolCodec.NamesHead + EthtoolCodec.NameSize * names.Length];
        BinaryPrimitives.WriteInt32LittleEndian(answer.AsSpan(8), names.Length);
        foreach (var (name, index) in names.Select((name, index) => (name, index)))
        {
            Encoding.ASCII.GetBytes(name).CopyTo(answer, EthtoolCodec.NamesHead + EthtoolCodec.NameSize * index);
        }

        return answer;
    }

    private static byte[] Values(params ulong[] values)
    {
        var answer = new byte[EthtoolCodec.ValuesHead + sizeof(ulong) * values.Length];
        BinaryPrimitives.WriteInt32LittleEndian(answer.AsSpan(4), values.Length);
        foreach (var (value, index) in values.Select((value, index) => (value, index)))
        {
            BinaryPrimitives.WriteUInt64LittleEndian(answer.AsSpan(EthtoolCodec.ValuesHead + sizeof(ulong) * index), value);
        }

        return answer;
    }
}
