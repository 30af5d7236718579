using MultiEni.Controller.Attachments;

namespace MultiEni.Controller.Tests.Attachments;

public sealed class AddressDriftTests
{
    // Wanted secondary, /28 prefixes, IPv6, /80 prefixes; what is missing of an ENI with 10.0.0.9,
    // 10.0.0.10, one prefix of each family, one IPv6 address.
    [Theory]
    [Trait("weakness", "W29")]
    [InlineData(1, 1, 1, 1, null, 0)]
    [InlineData(0, 0, 0, 0, null, 0)]
    [InlineData(4, 0, 0, 0, nameof(AddressKind.SecondaryIpv4), 3)]
    [InlineData(0, 2, 0, 0, nameof(AddressKind.Ipv4Prefix), 1)]
    [InlineData(0, 0, 3, 0, nameof(AddressKind.Ipv6), 2)]
    [InlineData(0, 0, 0, 2, nameof(AddressKind.Ipv6Prefix), 1)]
    public void What_is_missing_is_found_and_what_is_there_beyond_it_stays(
        int ipv4,
        int prefixes,
        int ipv6,
        int ipv6Prefixes,
        string? kind,
        int count
    )
    {
        var row = A.Row() with
        {
            PrivateIps = ["10.0.0.9", "10.0.0.10"],
            Ipv6Addresses = ["2001:db8::1"],
            Prefixes = ["10.0.0.32/28", "2001:db8:1::/80"],
        };
        var attachment = A.Attachment(spec: s =>
        {
            s.SecondaryPrivateIpCount = ipv4;
            s.Ipv4PrefixCount = prefixes;
            s.Ipv6AddressCount = ipv6;
            s.Ipv6PrefixCount = ipv6Prefixes;
        });

        var missing = AddressDrift.Find(attachment.Spec!, row);

        Assert.Equal((kind, count), (missing?.Kind.ToString(), missing?.Count ?? 0));
    }

    [Fact]
    public void An_ENI_whose_addresses_are_not_known_yet_lacks_none() =>
        Assert.Null(AddressDrift.Find(A.Attachment(spec: s => s.SecondaryPrivateIpCount = 2).Spec!, A.Row() with { PrivateIps = [] }));

    [Fact]
    public void An_ENI_in_a_subnet_with_IPv6_only_lacks_no_IPv4_address_and_gets_its_IPv6_ones()
    {
        var row = A.Row() with { PrivateIps = [], Ipv6Addresses = ["2001:db8::1"] };

        Assert.Null(AddressDrift.Find(A.Attachment().Spec!, row));
        Assert.Equal((AddressKind.Ipv6, 2), AddressDrift.Find(A.Attachment(spec: s => s.Ipv6AddressCount = 3).Spec!, row));
    }
}
