using System.Net;
using MultiEni.Api.EniAttachments;
using MultiEni.Ipam.Protocol;
using MultiEni.Manager.Addresses;
using static MultiEni.Manager.Tests.Addresses.AddressSamples;

namespace MultiEni.Manager.Tests.Addresses;

/// <summary>Which ENI, which address.</summary>
public sealed class AddressDecisionTests
{
    private static readonly TimeSpan Now = TimeSpan.FromMinutes(5);
    private static readonly EniAddresses Two = Eni(secondary: ["10.0.1.11", "10.0.1.12"]);

    [Fact]
    public void The_first_pod_gets_the_first_secondary_address_and_the_second_the_next()
    {
        var first = Given(Add("c1", "p1"), [Two]);
        Assert.Equal(["10.0.1.11"], first.Addresses);

        var second = Given(Add("c2", "p2"), [Two], AddressBook.Empty.With(first));
        Assert.Equal(["10.0.1.12"], second.Addresses);
    }

    [Fact]
    public void The_same_interface_gets_what_it_has()
    {
        var lease = Lease("c1", "p1", "eni-a", "10.0.1.12");
        Assert.Equal(["10.0.1.12"], Given(Add("c1", "p1"), [Two], AddressBook.Empty.With(lease)).Addresses);
    }

    [Fact]
    public void An_address_that_EC2_took_away_is_not_given_again_to_its_interface()
    {
        var lease = Lease("c1", "p1", "eni-a", "10.0.1.99");
        Assert.Equal(["10.0.1.11"], Given(Add("c1", "p1"), [Two], AddressBook.Empty.With(lease)).Addresses);
    }

    [Fact]
    public void An_address_rests_before_another_pod_gets_it()
    {
        var one = Eni(secondary: ["10.0.1.11"]);
        var book = AddressBook.Empty.With(Lease("c1", "p1", "eni-a", "10.0.1.11")).Without(new("c1", "net1"), Now);

        var wait = Assert.IsType<AddressAnswer.Wait>(AddressDecision.Add(Add("c2", "p2"), [one], book, Now + TimeSpan.FromSeconds(29)));
        Assert.Equal(Now + AddressBook.Cooldown, wait.Until);
        Assert.Equal(["10.0.1.11"], Given(Add("c2", "p2"), [one], book, Now + AddressBook.Cooldown).Addresses);
    }

    [Fact]
    public void The_address_that_rested_longest_is_given_first()
    {
        var book = AddressBook
            .Empty.With(Lease("c1", "p1", "eni-a", "10.0.1.11"))
            .With(Lease("c2", "p2", "eni-a", "10.0.1.12"))
            .Without(new("c2", "net1"), TimeSpan.FromSeconds(1))
            .Without(new("c1", "net1"), TimeSpan.FromSeconds(2));
        Assert.Equal(["10.0.1.12"], Given(Add("c3", "p3"), [Two], book).Addresses);
    }

    [Fact]
    public void Prefixes_are_given_to_the_last_address_and_the_primary_never()
    {
        var eni = Eni() with { Prefixes = [IPNetwork.Parse("10.0.1.32/28")] };
        var book = AddressBook.Empty;
        var given = new List<string>();
        for (var count = 0; count < 16; count++)
        {
            var lease = Given(Add($"c{count}", $"p{count}"), [eni], book);
            given.AddRange(lease.Addresses);
            book = book.With(lease);
        }

        Assert.Equal(Enumerable.Range(32, 16).Select(last => $"10.0.1.{last}"), given);
        var refused = Refused(Add("c16", "p16"), [eni], book);
        Assert.Equal(IpamErrorCodes.TryAgainLater, refused.Code);
        Assert.Contains("by 16 interfaces of pods; set podAddresses", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pod_gets_one_address_of_each_family_that_the_ENI_has()
    {
        var eni = Two with
        {
            Ipv6 = [IPAddress.Parse("2001:db8::5")],
            Prefixes = [IPNetwork.Parse("2001:db8:0:0:1::/80")],
            Ipv6Subnet = IPNetwork.Parse("2001:db8::/64"),
        };
        Assert.Equal(["10.0.1.11", "2001:db8::5"], Given(Add(), [eni]).Addresses);

        // A host that has addresses has the first; the first of a prefix is the routers'.
        var managed = eni with
        {
            IsHostManaged = true,
            PodAddresses = Growing(),
        };
        Assert.Equal(["10.0.1.11", "2001:db8::1:0:0:1"], Given(Add(), [managed]).Addresses);
    }

    [Fact]
    public void A_whole_device_has_the_primary_addresses()
    {
        var eni = Two with { Ipv6 = [IPAddress.Parse("2001:db8::5")], Ipv6Subnet = IPNetwork.Parse("2001:db8::/64") };
        var request = Add(link: null) with { Plugin = "host-device", DeviceId = "0000:00:06.0" };
        var lease = Given(request, [eni]);
        Assert.Equal(["10.0.1.10", "2001:db8::5"], lease.Addresses);
        Assert.True(lease.IsWholeDevice);

        var book = AddressBook.Empty.With(lease);
        Assert.Contains("as a whole", Refused(Add("c2", "p2"), [eni], book).Message, StringComparison.Ordinal);
        Assert.Contains(
            "pod default/p1 has 10.0.1.10",
            Refused(request with { ContainerId = "c2", PodUid = "other" }, [eni], book).Message,
            StringComparison.Ordinal
        );

        // It needs no rest.
        Assert.Equal(lease.Addresses, Given(request with { ContainerId = "c2" }, [eni], book.Without(new("c1", "net1"), Now)).Addresses);
    }

    [Theory]
    [InlineData("10.0.1.12", "10.0.1.12")]
    [InlineData("10.0.1.12/24", "10.0.1.12")]
    public void A_named_address_of_the_ENI_is_given(string named, string expected) =>
        Assert.Equal([expected], Given(Add(named: named), [Two]).Addresses);

    [Fact]
    public void A_named_address_that_rests_is_given_at_once()
    {
        var book = AddressBook.Empty.With(Lease("c1", "p1", "eni-a", "10.0.1.12")).Without(new("c1", "net1"), Now);
        Assert.Equal(["10.0.1.12"], Given(Add("c2", "p2", named: "10.0.1.12"), [Two], book).Addresses);
    }

    [Fact]
    public void A_new_sandbox_of_the_pod_takes_over_its_named_address_and_the_old_one_loses_it()
    {
        var book = AddressBook.Empty.With(Lease("c1", "p1", "eni-a", "10.0.1.12"));
        var give = Assert.IsType<AddressAnswer.Give>(AddressDecision.Add(Add("c2", "p1", named: "10.0.1.12"), [Two], book, Now));
        Assert.Equal([new InterfaceId("c1", "net1")], give.Replaced);

        // Recreated under the same name it is another pod, and the old one may still run.
        var other = Add("c2", "p1", named: "10.0.1.12") with
        {
            PodUid = "uid-new",
        };
        Assert.Contains("in use by pod default/p1 (interface net1)", Refused(other, [Two], book).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10.0.1.10", 7, "primary address of eni-a")]
    [InlineData("10.0.2.5", 7, "outside of 10.0.1.0/24")]
    [InlineData("10.0.1.70", 7, "add its range to podAddresses.fixedCIDRs")]
    [InlineData("10.0.1.x", 7, "is not an address")]
    [InlineData("10.0.1.66", 11, "not assigned to eni-a: another pod has it")]
    public void A_named_address_that_cannot_be_had_is_refused(string named, int code, string message)
    {
        var eni = Two with
        {
            PodAddresses = Growing("10.0.1.64/30"),
            Refused =
            [
                new RefusedAddress
                {
                    Address = "10.0.1.66",
                    Reason = "AddressInUse",
                    Message = "another pod has it",
                },
            ],
        };
        var refused = Refused(Add(named: named), [eni]);
        Assert.Equal(code, refused.Code);
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_named_address_that_may_be_had_is_asked_for()
    {
        var eni = Two with { PodAddresses = Growing("10.0.1.64/30") };
        var wait = Assert.IsType<AddressAnswer.Wait>(AddressDecision.Add(Add(named: "10.0.1.65"), [eni], AddressBook.Empty, Now));
        Assert.Equal(["10.0.1.65"], wait.Requested);
        Assert.Null(wait.Until);
    }

    [Fact]
    public void What_is_kept_for_names_is_given_to_no_other_pod_and_not_counted_as_free()
    {
        var eni = Eni(secondary: ["10.0.1.64", "10.0.1.12", "10.0.1.65"]) with { PodAddresses = Growing("10.0.1.64/30") };
        var first = Given(Add("c1", "p1"), [eni]);
        Assert.Equal(["10.0.1.12"], first.Addresses);

        var book = AddressBook.Empty.With(first);
        var wait = Assert.IsType<AddressAnswer.Wait>(AddressDecision.Add(Add("c2", "p2"), [eni], book, Now));
        Assert.Contains("in podAddresses.fixedCIDRs for pods that name them", wait.Message, StringComparison.Ordinal);
        Assert.Equal((0, 2), (AddressReport.Of(eni, book, (0, []))!.Free, AddressReport.Of(eni, book, (0, []))!.FreeFixed));
        var named = Given(Add("c2", "p2", named: "10.0.1.65"), [eni], book);
        Assert.Equal(["10.0.1.65"], named.Addresses);
        Assert.Equal(1, AddressReport.Of(eni, book.With(named), (0, []))!.FreeFixed);
        Assert.Null(AddressReport.Of(Two, book, (0, []))!.FreeFixed);

        var prefix = Eni() with { PodAddresses = Growing("10.0.1.32/29"), Prefixes = [IPNetwork.Parse("10.0.1.32/28")] };
        Assert.Equal(["10.0.1.40"], Given(Add(), [prefix]).Addresses);
        Assert.Equal(8, AddressReport.Of(prefix, AddressBook.Empty, (0, []))!.Free);
    }

    [Fact]
    public void An_ENI_that_grows_is_waited_for()
    {
        var eni = Eni() with { PodAddresses = Growing() };
        var wait = Assert.IsType<AddressAnswer.Wait>(AddressDecision.Add(Add(), [eni], AddressBook.Empty, Now));
        Assert.Empty(wait.Requested);
        Assert.Contains("EC2 has not assigned another one yet", wait.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_host_that_has_all_addresses_leaves_none_to_pods()
    {
        var refused = Refused(Add(), [Two with { IsHostManaged = true }]);
        Assert.Equal(IpamErrorCodes.InvalidConfiguration, refused.Code);
        Assert.Contains("hostAddressing: Managed", refused.Message, StringComparison.Ordinal);
        Assert.Equal(["10.0.1.11"], Given(Add(), [Two with { IsHostManaged = true, PodAddresses = Growing() }]).Addresses);
    }

    [Theory]
    [InlineData("10.0.1.11", false, "the host has all addresses of eni-a")]
    [InlineData("2001:db8::5", false, "the host has all addresses of eni-a")]
    [InlineData("2001:db8::5", true, "the host has 2001:db8::5 of eni-a")]
    [InlineData("10.0.1.11", true, null)]
    [InlineData("2001:db8::6", true, null)]
    [InlineData("10.0.1.40", false, null)]
    public void No_pod_gets_an_address_of_the_host_by_naming_it(string named, bool growing, string? message)
    {
        var managed = Two with
        {
            IsHostManaged = true,
            PodAddresses = growing ? Growing("10.0.1.0/24", "2001:db8::/64") : null,
            Ipv6 = [IPAddress.Parse("2001:db8::5"), IPAddress.Parse("2001:db8::6")],
            Ipv6Subnet = IPNetwork.Parse("2001:db8::/64"),
            Prefixes = [IPNetwork.Parse("10.0.1.32/28")],
        };
        if (message is null)
        {
            Assert.Equal([named], Given(Add(named: named), [managed]).Addresses);
            return;
        }

        var refused = Refused(Add(named: named), [managed]);
        Assert.Equal(IpamErrorCodes.InvalidConfiguration, refused.Code);
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pod_keeps_the_address_that_it_had_before_the_host_was_to_have_it()
    {
        var lease = Lease("c1", "p1", "eni-a", "10.0.1.11");
        var managed = Two with { IsHostManaged = true };
        Assert.Equal(["10.0.1.11"], Given(Add(named: "10.0.1.11"), [managed], AddressBook.Empty.With(lease)).Addresses);
        Assert.Null(AddressDecision.Check(Add(), [managed], AddressBook.Empty.With(lease)));
    }

    [Fact]
    public void Without_the_prefix_length_no_address_is_given() =>
        Assert.Contains("has not reported the subnet", Refused(Add(), [Two with { Subnet = null }]).Message, StringComparison.Ordinal);

    [Fact]
    public void The_ENI_is_found_by_device_hardware_address_link_and_NodeENI()
    {
        var b = Eni("eni-b", "edge", "10.0.1.21") with { Device = A.OtherAddress, Mac = A.OtherMac, Links = ["ens7", "eni-b", "nodeeni-edge"] };
        EniAddresses[] both = [Two, b];
        Assert.Equal("eni-b", Given(Add(link: "ens7"), both).EniId);
        Assert.Equal("eni-b", Given(Add(link: "eni-b"), both).EniId);
        Assert.Equal("eni-b", Given(Add(link: "nodeeni-edge"), both).EniId);
        Assert.Equal("eni-b", Given(Add(link: null) with { MacAddress = "02:00:00:00:00:07" }, both).EniId);
        Assert.Equal("eni-b", Given(Add(link: null) with { NodeEni = "edge" }, both).EniId);
        Assert.Equal("eni-b", Given(Add(link: "ens6") with { DeviceId = "0000:00:07.0" }, both).EniId);
    }

    [Theory]
    [InlineData("ens9", null, 11, "no attached ENI with the link ens9; it has eni-a (data), eni-b (data)")]
    [InlineData(null, "data", 7, "several ENIs of NodeENI data: eni-a (data), eni-b (data); name one of them by its link")]
    [InlineData(null, "none", 11, "no attached ENI of NodeENI none")]
    [InlineData(null, null, 7, "does not say which ENI")]
    public void What_is_not_clear_is_an_error_that_names_the_candidates(string? link, string? nodeEni, int code, string message)
    {
        var refused = Refused(Add(link: link) with { NodeEni = nodeEni }, [Two, Eni("eni-b") with { Links = ["ens7"] }]);
        Assert.Equal(code, refused.Code);
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_named_address_tells_ENIs_of_one_NodeENI_apart()
    {
        var b = Eni("eni-b", "data", "10.0.2.21") with { Subnet = IPNetwork.Parse("10.0.2.0/24") };
        Assert.Equal("eni-b", Given(Add(link: null, named: "10.0.2.21") with { NodeEni = "data" }, [Two, b]).EniId);
    }

    [Fact]
    public void An_ENI_that_is_about_to_go_gives_no_address() =>
        Assert.Contains(
            "is being removed from the node",
            Refused(Add(), [Two with { Leaving = "is being removed from the node" }]).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void Check_finds_what_EC2_took_away()
    {
        var book = AddressBook.Empty.With(Lease("c1", "p1", "eni-a", "10.0.1.11"));
        Assert.Null(AddressDecision.Check(Add(), [Two], book));
        Assert.Contains("restart the pod", AddressDecision.Check(Add(), [Eni(secondary: "10.0.1.12")], book)!.Message, StringComparison.Ordinal);
        var withdrawn = Eni(secondary: "10.0.1.12") with { AssignedForPods = [IPAddress.Parse("10.0.1.11")] };
        Assert.Null(AddressDecision.Check(Add(), [withdrawn], book));
        Assert.Equal(["10.0.1.12"], Given(Add("c2", "p2"), [withdrawn], book).Addresses);
        Assert.Contains("not attached to this node", AddressDecision.Check(Add(), [], book)!.Message, StringComparison.Ordinal);
        Assert.Equal(IpamErrorCodes.UnknownContainer, AddressDecision.Check(Add("c9"), [Two], book)!.Code);
    }

    [Fact]
    public void Attachments_are_read_with_their_names_and_only_when_attached()
    {
        var first = Attachment("a", "eni-a", 2, "10.0.1.10", "10.0.1.11");
        var second = Attachment("b", "eni-b", 1, "10.0.1.20");
        var enis = EniAddresses.Of([first, second, A.Attachment("unattached")], A.Boot);
        Assert.Equal(["ens2", "eni-a", "nodeeni-data-2"], enis[0].Links);
        Assert.Equal(["ens1", "eni-b", "nodeeni-data"], enis[1].Links);
        Assert.Equal([IPAddress.Parse("10.0.1.11")], enis[0].Secondary);
        Assert.Null(EniAddresses.Of([first], "another boot")[0].Device);
        var deleting = first with { Metadata = first.Metadata with { DeletionTimestamp = DateTimeOffset.UnixEpoch } };
        Assert.Equal("is being removed from the node", EniAddresses.Of([deleting], A.Boot)[0].Leaving);
    }

    [Fact]
    public void No_more_is_reported_than_the_schema_of_the_status_allows()
    {
        var eni = Eni() with { Prefixes = [.. Enumerable.Range(0, 100).Select(block => IPNetwork.Parse($"2001:db8:{block:x}::/80"))] };

        var report = AddressReport.Of(eni, AddressBook.Empty, (5000, []))!;

        Assert.Equal((AddressUse.MostFree, AddressUse.MostWaiting), (report.FreeIpv6, report.Waiting));
    }

    private static AddressLease Given(IpamRequest request, IReadOnlyList<EniAddresses> enis, AddressBook? book = null, TimeSpan? now = null) =>
        Assert.IsType<AddressAnswer.Give>(AddressDecision.Add(request, enis, book ?? AddressBook.Empty, now ?? Now)).Lease;

    private static IpamError Refused(IpamRequest request, IReadOnlyList<EniAddresses> enis, AddressBook? book = null) =>
        Assert.IsType<AddressAnswer.Refuse>(AddressDecision.Add(request, enis, book ?? AddressBook.Empty, Now)).Error;
}
