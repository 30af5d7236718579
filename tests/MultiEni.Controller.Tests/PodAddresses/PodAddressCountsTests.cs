using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.PodAddresses;

namespace MultiEni.Controller.Tests.PodAddresses;

public sealed class PodAddressCountsTests
{
    [Fact]
    public void What_agents_report_is_summed_whatever_it_is()
    {
        var use = new AddressUse
        {
            Free = int.MaxValue,
            FreeIpv6 = int.MaxValue,
            Waiting = int.MaxValue,
        };
        var one = A.Attachment(spec: spec => spec.PodAddresses = new PodAddressesSpec { Warm = 1 }) with
        {
            Status = new EniAttachmentStatus { Device = new DeviceStatus { Addresses = use } },
        };

        var counts = PodAddressCounts.Of([one, one]).ToDictionary(count => (string)count.Tags[1].Value!, count => count.Value);

        Assert.Equal((4L * int.MaxValue, 2L * int.MaxValue, 0L), (counts["free"], counts["waiting"], counts["used"]));
    }
}
