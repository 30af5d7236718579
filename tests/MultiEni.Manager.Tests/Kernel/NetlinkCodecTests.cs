using System.Buffers.Binary;
using MultiEni.Manager.Host;
using MultiEni.Manager.Host.Kernel.Netlink;

namespace MultiEni.Manager.Tests.Kernel;

/// <summary>Messages byte by byte, as a little-endian kernel has them.</summary>
public sealed class NetlinkCodecTests
{
    [Fact]
    public void A_request_for_links_leaves_the_counters_out() =>
        Assert.Equal(
            "28000000" + "1200" + "0103" + "07000000" + "00000000" + Zeros(16) + "0800" + "1d00" + "08000000",
            Hex(RouteRequests.DumpLinks(7))
        );

    [Fact]
    public void A_request_for_addresses_routes_or_rules_has_no_filter()
    {
        Assert.Equal("18000000" + "1600" + "0103" + "01000000" + "00000000" + Zeros(8), Hex(RouteRequests.DumpAddresses(1)));
        Assert.Equal("1c000000" + "1a00" + "0103" + "02000000" + "00000000" + Zeros(12), Hex(RouteRequests.DumpRoutes(2)));
        Assert.Equal("1c000000" + "2200" + "0103" + "03000000" + "00000000" + Zeros(12), Hex(RouteRequests.DumpRules(3)));
    }

    [Fact]
    public void Up_and_down_change_that_one_flag_and_ask_for_an_answer()
    {
        Assert.Equal(
            "20000000" + "1300" + "0500" + "01000000" + "00000000" + "00000000" + "03000000" + "01000000" + "01000000",
            Hex(RouteRequests.SetUp(1, index: 3, up: true))
        );
        Assert.Equal(
            "20000000" + "1300" + "0500" + "01000000" + "00000000" + "00000000" + "03000000" + "00000000" + "01000000",
            Hex(RouteRequests.SetUp(1, index: 3, up: false))
        );
    }

    [Fact]
    public void An_MTU_changes_nothing_else() =>
        Assert.Equal(
            "28000000" + "1300" + "0500" + "01000000" + "00000000" + "00000000" + "03000000" + "00000000" + "00000000" + "0800" + "0400" + "29230000",
            Hex(RouteRequests.SetMtu(1, index: 3, mtu: 9001))
        );

    [Fact]
    public void Messages_of_a_datagram_come_one_after_the_other_over_their_padding()
    {
        var reader = new NetlinkReader(
            Bytes(
                "11000000"
                    + "1000"
                    + "0200"
                    + "05000000"
                    + "00000000"
                    + "ff000000"
                    + "14000000"
                    + "0300"
                    + "1200"
                    + "05000000"
                    + "00000000"
                    + "00000000"
            )
        );

        Assert.True(reader.TryRead(out var first));
        Assert.Equal((NetlinkMessageType.NewLink, NetlinkFlags.Multi, 5u, 1), (first.Type, first.Flags, first.Sequence, first.Payload.Length));
        Assert.True(reader.TryRead(out var second));
        Assert.Equal(NetlinkMessageType.Done, second.Type);
        Assert.True(second.Flags.HasFlag(NetlinkFlags.DumpInterrupted));
        Assert.Equal(0, second.ErrorNumber);
        Assert.False(reader.TryRead(out _));
        Assert.False(reader.IsMalformed);
    }

    [Theory]
    [InlineData("00000000" + "0000" + "0000" + "00000000" + "00000000")] // length below the header's
    [InlineData("11000000" + "1000" + "0200" + "05000000" + "00000000")] // one byte more than there is
    [InlineData("ffffffff" + "1000" + "0200" + "05000000" + "00000000")]
    [InlineData("10000000" + "1000")]
    [InlineData("00")]
    public void A_datagram_that_is_cut_short_is_malformed(string bytes)
    {
        var reader = new NetlinkReader(Bytes(bytes));
        Assert.False(reader.TryRead(out _));
        Assert.True(reader.IsMalformed);
        Assert.False(reader.TryRead(out _));
    }

    [Theory]
    [InlineData("00000000", 0)]
    [InlineData("edffffff", 19)]
    [InlineData("00000080", 0)] // no error number: its negative does not exist
    [InlineData("ff", 0)]
    public void An_answer_carries_its_error_number(string payload, int errno)
    {
        var bytes = Bytes(payload);
        var message = Bytes("00000000" + "0200" + "0000" + "01000000" + "00000000" + payload);
        BinaryPrimitives.WriteInt32LittleEndian(message, 16 + bytes.Length);
        var reader = new NetlinkReader(message);
        Assert.True(reader.TryRead(out var read));
        Assert.Equal(errno, read.ErrorNumber);
    }

    // A VLAN on link 2, member of bridge 4.
    private const string VlanLink =
        "00000100"
        + "05000000"
        + "43100000"
        + "00000000" // ifinfomsg: index 5, up
        + "0b00"
        + "0300"
        + "656e73362e3700"
        + "00" // name ens6.7
        + "0800"
        + "0400"
        + "29230000" // MTU 9001
        + "0800"
        + "0500"
        + "02000000" // on link 2
        + "0800"
        + "0a00"
        + "04000000" // master 4
        + "0a00"
        + "0100"
        + "0abbccddeeff"
        + "0000"; // address

    [Fact]
    public void A_link_has_its_name_address_MTU_flag_master_and_lower_link()
    {
        Assert.True(LinkCodec.TryDecode(Bytes(VlanLink), out var link));
        Assert.Equal(new Link(5, "ens6.7", "0a:bb:cc:dd:ee:ff", 9001, Up: true, MasterIndex: 4, LowerIndex: 2), link);
    }

    [Theory]
    [InlineData("0800" + "2500" + "00000000")] // in namespace 0
    [InlineData("1000" + "1280" + "0900" + "0100" + "7665746800" + "000000")] // one end of a pair
    public void The_other_end_of_a_pair_or_a_link_elsewhere_is_no_lower_link(string attribute)
    {
        Assert.True(LinkCodec.TryDecode(Bytes(VlanLink + attribute), out var link));
        Assert.Null(link.LowerIndex);
    }

    [Fact]
    public void A_bridges_port_table_is_no_table_of_links() => Assert.False(LinkCodec.TryDecode(Bytes("07" + VlanLink[2..]), out _));

    [Fact]
    public void An_address_with_a_peer_is_the_local_one()
    {
        Assert.True(AddressCodec.TryDecode(Bytes("0220800003000000" + "0800" + "0100" + "0a000002" + "0800" + "0200" + "0a000001"), out var address));
        Assert.Equal(new LinkAddress(3, "10.0.0.1", 32), address);
    }

    [Fact]
    public void An_IPv6_address_is_written_short()
    {
        Assert.True(AddressCodec.TryDecode(Bytes("0a40800003000000" + "1400" + "0100" + "fe800000000000000000000000000001"), out var address));
        Assert.Equal(new LinkAddress(3, "fe80::1", 64), address);
    }

    private const string OnLink3Via = "0800" + "0400" + "03000000" + "0800" + "0500" + "0a000001";

    [Theory]
    [InlineData("")]
    [InlineData("0800" + "0100" + "00000000")]
    public void A_default_route_has_no_destination_however_it_is_spelt(string destination)
    {
        var routes = RouteCodec.Decode(Bytes("02000000fe030001" + "00000000" + destination + OnLink3Via + "0800" + "0600" + "00020000"));
        Assert.Equal([new Route(4, 254, null, "10.0.0.1", 3, 512, 3)], routes);
    }

    [Fact]
    public void An_IPv6_default_route_spelt_out_has_no_destination_either()
    {
        var routes = RouteCodec.Decode(
            Bytes("0a000000fe030001" + "00000000" + "1400" + "0100" + Zeros(16) + "0800" + "0400" + "03000000" + "0800" + "0600" + "ffffffff")
        );
        // The highest metric stays the highest.
        Assert.Equal([new Route(6, 254, null, null, 3, int.MaxValue, 3)], routes);
    }

    [Fact]
    public void A_table_above_255_is_read_from_its_attribute()
    {
        var routes = RouteCodec.Decode(
            Bytes("02100000fc020001" + "00000000" + "0800" + "0f00" + "11270000" + "0800" + "0100" + "0a000000" + "0800" + "0400" + "03000000")
        );
        Assert.Equal([new Route(4, 10001, "10.0.0.0/16", null, 3, 0, 2)], routes);
    }

    [Fact]
    public void A_multipath_route_is_one_route_for_each_next_hop()
    {
        const string hops = "1000" + "0000" + "03000000" + "0800" + "0500" + "0a000001" + "1000" + "0000" + "04000000" + "0800" + "0500" + "0a000002";
        var routes = RouteCodec.Decode(Bytes("02000000fe030001" + "00000000" + "2400" + "0900" + hops));
        Assert.Equal([new Route(4, 254, null, "10.0.0.1", 3, 0, 3), new Route(4, 254, null, "10.0.0.2", 4, 0, 3)], routes);
    }

    [Fact]
    public void Ten_thousand_routes_of_a_kind_cost_what_one_does()
    {
        var selection = new RouteSelection();
        byte[][] kinds =
        [
            // Of a routing daemon over link 3, over link 4, in table 101, a default route, and two
            // next hops.
            Bytes("02200000fe0c0001" + "00000000" + "0800" + "0100" + "0a000000" + "0800" + "0400" + "03000000"),
            Bytes("02200000fe0c0001" + "00000000" + "0800" + "0100" + "0a000000" + "0800" + "0400" + "04000000"),
            Bytes("0220000065040001" + "00000000" + "0800" + "0100" + "0a000000" + "0800" + "0400" + "03000000"),
            Bytes("02000000fe0c0001" + "00000000" + "0800" + "0400" + "03000000"),
            Bytes(
                "02200000fe0c0001"
                    + "00000000"
                    + "0800"
                    + "0100"
                    + "0a000000"
                    + "1400"
                    + "0900"
                    + "0800"
                    + "0000"
                    + "03000000"
                    + "0800"
                    + "0000"
                    + "04000000"
            ),
        ];
        Assert.Equal([1, 1, 1, 1, 2], kinds.Select(kind => selection.Take(kind).Count));
        Assert.Equal([0, 0, 0, 1, 2], kinds.Select(kind => selection.Take(kind).Count));

        var taken = 0;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (byte number = 0; number < 250; number++)
        {
            kinds[0][19] = number;
            for (var again = 0; again < 40; again++)
            {
                taken += selection.Take(kinds[0]).Count;
            }
        }

        Assert.Equal(0, taken);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4096);
    }

    [Fact]
    public void An_IPv4_route_may_have_an_IPv6_gateway()
    {
        var routes = RouteCodec.Decode(
            Bytes("02000000fe030001" + "00000000" + "0800" + "0400" + "03000000" + "1600" + "1200" + "0a00" + "fe800000000000000000000000000001")
        );
        Assert.Equal("fe80::1", Assert.Single(routes).Gateway);
    }

    [Theory]
    [InlineData("02000000fe030001" + "00020000")] // a cached copy
    [InlineData("02100000fe030001" + "00000000")] // a prefix length without a prefix must not read as a default route
    [InlineData("02100000fe030001" + "00000000" + "0600" + "0100" + "0a00" + "0000")]
    [InlineData("1c000000fe030001" + "00000000")] // another family
    [InlineData("02")]
    public void What_is_no_route_gives_none(string bytes) => Assert.Empty(RouteCodec.Decode(Bytes(bytes)));

    [Fact]
    public void A_rule_has_its_source_priority_and_table()
    {
        Assert.True(
            RuleCodec.TryDecode(
                Bytes("0200200000000001" + "00000000" + "0800" + "0200" + "0a000105" + "0800" + "0600" + "00040000" + "0800" + "0f00" + "11270000"),
                out var rule
            )
        );
        Assert.Equal(new RoutingRule(4, 1024, "10.0.1.5/32", 10001), rule);
    }

    [Fact]
    public void A_rule_for_all_but_one_source_is_none_of_that_source()
    {
        Assert.True(RuleCodec.TryDecode(Bytes("0200200065000001" + "02000000" + "0800" + "0200" + "0a000105"), out var rule));
        Assert.Equal(new RoutingRule(4, 0, null, 101), rule);
    }

    [Fact]
    public void The_first_rule_of_all_has_priority_0_and_any_source()
    {
        Assert.True(RuleCodec.TryDecode(Bytes("0a000000ff000001" + "00000000"), out var rule));
        Assert.Equal(new RoutingRule(6, 0, null, 255), rule);
    }

    [Fact]
    public void A_rule_and_an_address_tell_who_made_them()
    {
        Assert.True(RuleCodec.TryDecode(Bytes("0200000065000001" + "00000000" + "0500" + "1500" + "88" + "000000"), out var rule));
        Assert.Equal(136, rule.Protocol);
        Assert.True(
            AddressCodec.TryDecode(Bytes("02200000" + "03000000" + "0800" + "0200" + "0a000106" + "0500" + "0b00" + "88" + "000000"), out var address)
        );
        Assert.Equal(new LinkAddress(3, "10.0.1.6", 32) { Protocol = 136 }, address);
    }

    [Fact]
    public void A_link_has_its_alternative_names()
    {
        const string names = "1800" + "3480" + "0700" + "3500" + "616200" + "00" + "0a00" + "3500" + "656e692d3100" + "0000";
        Assert.True(
            LinkCodec.TryDecode(
                Bytes("00000100" + "05000000" + "43100000" + "00000000" + "0900" + "0300" + "656e733600" + "000000" + names),
                out var link
            )
        );
        Assert.Equal(["ab", "eni-1"], link.AlternativeNames);
        Assert.True(link.IsCalled("ens6") && link.IsCalled("eni-1") && !link.IsCalled("eni"));
    }

    public static TheoryData<string, string> Items =>
        new()
        {
            { "name", "2c000000" + "6c00" + "0506" + "0c00" + "3480" + "0700" + "3500" + "616200" + "00" },
            {
                "address4",
                "38000000" + "1400" + "0506" + "02200000" + "03000000" + Word(2, "0a000106") + Word(1, "0a000106") + Word(8, "00020000") + Own(11)
            },
            { "address6", "50000000" + "1400" + "0506" + "0a800000" + "03000000" + Wide(2) + Wide(1) + Word(8, "02020000") + Own(11) },
            { "subnet", "3c000000" + "1800" + "0506" + "02180000" + "0088fd01" + "00000000" + Word(1, "0a000100") + Word(4, "03000000") + Rest },
            { "default", "3c000000" + "1800" + "0506" + "02000000" + "00880001" + "04000000" + Word(4, "03000000") + Word(5, "0a000101") + Rest },
            {
                "rule",
                "3c000000"
                    + "2000"
                    + "0506"
                    + "02002000"
                    + "00000001"
                    + "00000000"
                    + Word(2, "0a000106")
                    + Word(6, "0a520000")
                    + Word(15, "0a520000")
                    + Own(21)
            },
        };

    [Theory]
    [MemberData(nameof(Items))]
    public void What_is_added_is_added_where_nothing_is_and_removed_alike(string which, string bytes)
    {
        NetworkItem item = which switch
        {
            "name" => new NetworkItem.AlternativeName(3, "ab"),
            "address4" => new NetworkItem.Address(new LinkAddress(3, "10.0.1.6", 32) { Protocol = 136 }),
            "address6" => new NetworkItem.Address(new LinkAddress(3, "2001:db8::1", 128) { Protocol = 136 }),
            "subnet" => new NetworkItem.Path(new Route(4, 21002, "10.0.1.0/24", null, 3, 512, 136)),
            "default" => new NetworkItem.Path(new Route(4, 21002, null, "10.0.1.1", 3, 512, 136)),
            _ => new NetworkItem.Rule(new RoutingRule(4, 21002, "10.0.1.6/32", 21002) { Protocol = 136 }),
        };

        // The link's header, which names nothing but the link.
        var body = which == "name" ? "00000000" + "03000000" + "00000000" + "00000000" : "";
        var expected = bytes[..16] + "01000000" + "00000000" + body + bytes[16..];
        Assert.Equal(expected, Hex(ItemRequests.Add(1, item)));

        var removal = Hex(ItemRequests.Remove(1, item));
        Assert.Equal(expected[16..], removal[16..]);
        Assert.Equal(Convert.ToByte(bytes[8..10], 16) + 1, Convert.ToByte(removal[8..10], 16));
        Assert.Equal("0500", removal[12..16]);
    }

    private const string Rest = "0800" + "0600" + "00020000" + "0800" + "0f00" + "0a520000";

    private static string Word(byte type, string value) => "0800" + $"{type:x2}00" + value;

    private static string Wide(byte type) => "1400" + $"{type:x2}00" + "20010db8000000000000000000000001";

    private static string Own(byte type) => "0500" + $"{type:x2}00" + "88" + "000000";

    private static string Zeros(int count) => new('0', 2 * count);

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex);

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
