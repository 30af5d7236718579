using System.Net;
using MultiEni.Api.EniAttachments;
using MultiEni.Manager.Addresses;

namespace MultiEni.Manager.Tests.Addresses;

public sealed class AddressReportTests
{
    private static readonly EniAddresses Eni = AddressSamples.Eni(secondary: ["10.0.1.11"]) with { PodAddresses = AddressSamples.Growing() };

    [Fact]
    public void An_address_with_a_zone_is_not_asked_for_because_the_schema_would_refuse_the_whole_status()
    {
        List<RequestedAddress> pending = [new() { Address = "10.0.1.65", Pod = "default/p1" }, new() { Address = "fe80::1%2", Pod = "default/p2" }];

        var report = AddressReport.Of(Eni, AddressBook.Empty, (0, pending))!;

        Assert.Equal("10.0.1.65", Assert.Single(report.Requested!).Address);
        Assert.Null(AddressReport.Of(Eni, AddressBook.Empty, (0, [pending[1]]))!.Requested);
    }

    [Fact]
    public void What_is_withdrawn_is_answered_even_where_no_pod_has_asked_and_whoever_has_it_keeps_it()
    {
        var attachment = AddressSamples.Attachment("data.eni-a", "eni-a", 1, "10.0.1.10");
        Assert.Null(AddressReport.Of(Assert.Single(EniAddresses.Of([attachment], "boot")), AddressBook.Empty, (0, [])));

        attachment.Status!.Network!.Withdrawal = new() { Number = 4, Addresses = ["10.0.1.11"] };
        var eni = Assert.Single(EniAddresses.Of([attachment], "boot"));

        Assert.Equal(4, AddressReport.Of(eni, AddressBook.Empty, (0, []))!.SeenWithdrawal);
        Assert.True(eni.Keeps(IPAddress.Parse("10.0.1.11")));
        Assert.False(eni.HasForPods(IPAddress.Parse("10.0.1.11")));
    }
}
