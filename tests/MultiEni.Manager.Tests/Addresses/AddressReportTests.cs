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
}
