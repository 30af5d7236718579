using Microsoft.Extensions.Time.Testing;
using MultiEni.Manager.Binding;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;
using MultiEni.Manager.Links;

namespace MultiEni.Manager.Tests.Links;

public sealed class LinkRecordTests : IDisposable
{
    private static readonly Link Eni = A.Link(3, "ens6", A.Mac.ToString());
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private LinkRecord Open() => new(_folder.File("link-changes.json"), before: null);

    [Fact]
    public void A_successor_knows_what_was_added_and_after_a_reboot_nothing_is_left()
    {
        Open()
            .Save(
                A.Boot,
                Eni,
                new LinkChangesOf
                {
                    Names = ["eni-a"],
                    Addresses = ["10.0.1.6"],
                    ReversePathFilter = "1",
                }
            );
        var known = Open().Of(A.Boot, Eni);
        Assert.Equal(["eni-a"], known.Names);
        Assert.True(known.Has(new LinkAddress(3, "10.0.1.6", 32)));
        Assert.False(known.Has(new LinkAddress(4, "10.0.1.6", 32)));
        Assert.Equal("1", known.ReversePathFilter);
        Assert.True(Open().Of("boot-2", Eni).IsEmpty);
    }

    [Fact]
    public void Another_link_with_the_same_number_has_nothing_of_ours()
    {
        Open().Save(A.Boot, Eni, new LinkChangesOf { Names = ["eni-a"] });
        Assert.True(Open().Of(A.Boot, Eni with { MacAddress = A.OtherMac.ToString() }).IsEmpty);
    }

    [Fact]
    public void A_record_that_cannot_be_read_claims_nothing_and_one_that_cannot_be_written_forbids_the_change()
    {
        File.WriteAllText(_folder.File("link-changes.json"), "{");
        Assert.True(Open().Of(A.Boot, Eni).IsEmpty);
        var blocked = new LinkRecord(_folder.File("link-changes.json") + "/below", before: null);
        Assert.Throws<JournalException>(() => blocked.Save(A.Boot, Eni, new LinkChangesOf { Names = ["eni-a"] }));
    }

    [Fact]
    public void A_name_is_asked_for_again_after_a_while_and_never_where_the_kernel_has_no_such_names()
    {
        var time = new FakeTimeProvider();
        var refusals = new NameRefusals(TimeSpan.FromSeconds(30), time);
        refusals.Note(3, "eni-a", Errno.Exists);
        Assert.Contains("another link", refusals.Of(3, ["eni-a", "x"])["eni-a"], StringComparison.Ordinal);
        Assert.Empty(refusals.Of(4, ["eni-a"]));
        time.Advance(TimeSpan.FromSeconds(31));
        Assert.Empty(refusals.Of(3, ["eni-a"]));

        refusals.Note(3, "eni-a", Errno.NotSupported);
        time.Advance(TimeSpan.FromHours(1));
        Assert.Contains("Linux 5.5", refusals.Of(4, ["other"])["other"], StringComparison.Ordinal);
    }

    [Fact]
    public void What_this_program_configured_is_no_sign_of_use_of_a_device()
    {
        var record = Open();
        record.Save(A.Boot, Eni, new LinkChangesOf { Addresses = ["10.0.1.7"] });
        var seen = A.HostWithEni();
        var configured = seen with
        {
            Network = seen.Network with
            {
                Addresses =
                [
                    .. seen.Network.Addresses,
                    new LinkAddress(3, "10.0.1.6", 32) { Protocol = OwnProtocol.Number },
                    new LinkAddress(3, "10.0.1.7", 32),
                ],
                Routes = [.. seen.Network.Routes, new Route(4, 21_001, null, "10.0.1.1", 3, 512, OwnProtocol.Number)],
                Rules = [new RoutingRule(4, 21_001, "10.0.1.6/32", 21_001) { Protocol = OwnProtocol.Number }],
            },
        };
        var without = new LinkObserver(null!, record, new NameRefusals(TimeSpan.Zero, TimeProvider.System), _ => null).WithoutOwn(configured);
        Assert.Equal(seen.Network.Addresses, without.Network.Addresses);
        Assert.Equal(seen.Network.Routes, without.Network.Routes);
        Assert.Empty(without.Network.Rules);
    }

    [Theory]
    [InlineData("10.0.1.0/24", "10.0.1.1")]
    [InlineData("10.0.0.128/25", "10.0.0.129")]
    [InlineData("2001:db8::/64", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void A_subnets_router_is_the_address_after_its_first_one(string? cidr, string? router) => Assert.Equal(router, EniNetwork.RouterOf(cidr));

    [Fact]
    public void A_program_is_told_the_primary_address_when_it_starts_and_all_of_them_in_the_file()
    {
        var attachment = A.Attachment();
        var network = attachment.Status!.Network!;
        network.PrivateIps = ["10.0.1.6", "10.0.1.7"];
        network.Ipv6Addresses = ["2001:db8::6"];
        network.SubnetCidr = "10.0.1.0/24";
        network.SubnetIpv6Cidr = "2001:db8::/60";
        attachment.Spec!.SubnetId = "subnet-1";
        attachment.Spec.Mtu = 9001;
        var known = EniNetwork.Of(attachment)!;
        Assert.Equal(
            "addresses=10.0.1.6/24,2001:db8::6/60 eniID=eni-a gateway=10.0.1.1 macAddress=02:00:00:00:00:06 mtu=9001 subnetCIDR=10.0.1.0/24 subnetID=subnet-1 subnetIPv6CIDR=2001:db8::/60",
            string.Join(' ', known.Fixed().Select(pair => $"{pair.Key}={pair.Value}"))
        );
        Assert.Equal(
            """{"addresses":["10.0.1.6/24","10.0.1.7/24","2001:db8::6/60"],"eniID":"eni-a","gateway":"10.0.1.1","macAddress":"02:00:00:00:00:06","mtu":9001,"subnetCIDR":"10.0.1.0/24","subnetID":"subnet-1","subnetIPv6CIDR":"2001:db8::/60"}""",
            known.ToJson().ToJsonString()
        );
    }
}
