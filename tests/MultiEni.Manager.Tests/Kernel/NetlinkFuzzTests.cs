using System.Buffers.Binary;
using CsCheck;
using MultiEni.Manager.Host.Kernel.Netlink;

namespace MultiEni.Manager.Tests.Kernel;

/// <summary>
/// Whatever bytes arrive, decoding ends, throws nothing and gives only well-formed answers. Spans
/// make reads out of bounds throw.
/// </summary>
public sealed class NetlinkFuzzTests
{
    private static readonly byte[][] Seeds =
    [
        RouteRequests.DumpLinks(1),
        RouteRequests.SetMtu(1, 3, 9001),
        Sized("2800000018000200" + "0100000000000000" + "02100000fc020001" + "00000000" + "08000f0011270000" + "080001000a000000"),
        Sized(
            "4000000018000200"
                + "0100000000000000"
                + "02000000fe030001"
                + "00000000"
                + "24000900"
                + "1000000003000000080005000a000001"
                + "1000000004000000080005000a000002"
        ),
        Sized(
            "3c00000010000200"
                + "0100000000000000"
                + "00000100050000004310000000000000"
                + "080003006c6f0000"
                + "08000500ffffffff"
                + "10001280"
                + "09000100766574680000000000000000"
        ),
        Sized("2000000014000200" + "0100000000000000" + "0220800003000000" + "080001000a000002"),
        Sized("2400000020000200" + "0100000000000000" + "0200200000000001" + "00000000" + "080002000a000105"),
        "add@/devices/x\0ACTION=add\0SUBSYSTEM=pci\0PCI_SLOT_NAME=0000:00:06.0\0"u8.ToArray(),
    ];

    [Fact]
    public void Random_bytes_are_survived() => Gen.Byte.Array[0, 200].Sample(DecodeEverything, iter: 20_000);

    [Fact]
    public void Mutated_messages_are_survived() =>
        (
            from seed in Gen.OneOf(Seeds)
            from changes in Gen.Select(Gen.Int[0, seed.Length - 1], Gen.OneOf<byte>(Gen.Byte, Gen.OneOf<byte>(0, 1, 3, 4, 0x7f, 0x80, 0xff))).Array[
                1,
                6
            ]
            from kept in Gen.Int[0, seed.Length]
            from cut in Gen.Bool
            select Mutate(seed, changes, cut ? kept : seed.Length)
        ).Sample(DecodeEverything, iter: 60_000);

    [Fact]
    public void A_message_in_any_company_is_found_at_its_place() =>
        Gen.OneOf(Seeds[..7])
            .Array[1, 5]
            .Sample(seeds =>
            {
                var reader = new NetlinkReader(seeds.SelectMany(seed => seed).ToArray());
                foreach (var seed in seeds)
                {
                    if (!reader.TryRead(out var message) || !message.Payload.SequenceEqual(seed.AsSpan(NetlinkReader.HeaderSize)))
                    {
                        return false;
                    }
                }

                return !reader.TryRead(out _) && !reader.IsMalformed;
            });

    // Puts the true length in front.
    private static byte[] Sized(string hex)
    {
        var bytes = Convert.FromHexString(hex);
        BinaryPrimitives.WriteInt32LittleEndian(bytes, bytes.Length);
        return bytes;
    }

    private static byte[] Mutate(byte[] seed, (int Place, byte Value)[] changes, int length)
    {
        var bytes = seed.ToArray();
        foreach (var (place, value) in changes)
        {
            bytes[place] = value;
        }

        return bytes[..length];
    }

    private static bool DecodeEverything(byte[] bytes)
    {
        _ = Uevent.Decode(bytes);
        var isSound = DecodePayload(bytes);
        var messages = 0;
        var reader = new NetlinkReader(bytes);
        while (reader.TryRead(out var message))
        {
            messages++;
            _ = message.ErrorNumber;
            _ = LinkNotification.Decode(message);
            isSound &= DecodePayload(message.Payload);
        }

        return isSound && messages <= bytes.Length / NetlinkReader.HeaderSize;
    }

    private static bool DecodePayload(ReadOnlySpan<byte> payload)
    {
        var isSound = !LinkCodec.TryDecode(payload, out var link) || (link.Index > 0 && link.Name != "" && link.LowerIndex is null or > 0);
        isSound &= !AddressCodec.TryDecode(payload, out var address) || System.Net.IPAddress.TryParse(address.Address, out _);
        isSound &= !RuleCodec.TryDecode(payload, out var rule) || rule is { Family: 4 or 6, Priority: >= 0, Table: >= 0 };
        foreach (var route in RouteCodec.Decode(payload))
        {
            // A default route only ever comes from a prefix of length 0.
            isSound &= route is { Family: 4 or 6, Metric: >= 0, Table: >= 0 } && route.Destination is null == (payload[1] == 0);
        }

        return isSound;
    }
}
