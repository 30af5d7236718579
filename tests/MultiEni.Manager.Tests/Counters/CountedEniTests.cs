using MultiEni.Api.EniAttachments;
using MultiEni.Manager.Counters;

namespace MultiEni.Manager.Tests.Counters;

public sealed class CountedEniTests
{
    [Fact]
    public void An_ENI_that_the_kernel_has_is_counted_at_its_interface() =>
        Assert.Equal(
            new CountedEni
            {
                Attachment = "a",
                EniId = "eni-a",
                NodeEni = "forwarding",
                SubnetId = "subnet-1",
                Device = A.Address,
                InterfaceName = "ens6",
                IsForPods = true,
            },
            Assert.Single(CountedEni.Of([Reported()], A.HostWithEni()))
        );

    [Fact]
    public void A_device_of_a_user_space_driver_has_no_interface()
    {
        var eni = Assert.Single(CountedEni.Of([Reported()], A.Host([A.BoundDevice()])));
        Assert.Equal((A.Address, null, A.BoundDevice()), (eni.Device, eni.InterfaceName, eni.Bound));
    }

    [Theory]
    [InlineData("of another boot")]
    [InlineData("of another attachment")]
    [InlineData("gone")]
    [InlineData("of another MAC address")]
    [InlineData("not reported")]
    public void A_device_that_may_be_another_one_is_not_counted(string device)
    {
        var attachment = Reported();
        var host = A.HostWithEni();
        switch (device)
        {
            case "of another boot":
                attachment.Status!.Device!.BootId = "boot-0";
                break;
            case "of another attachment":
                attachment.Status!.Device!.AttachmentId = "eni-attach-before";
                break;
            case "gone":
                host = A.Host();
                break;
            case "of another MAC address":
                host = A.Host([A.Device()], [A.Link(3, "ens6", A.OtherMac.ToString())]);
                break;
            default:
                attachment.Status!.Device = null;
                break;
        }

        var eni = Assert.Single(CountedEni.Of([attachment], host));
        Assert.Equal((null, null), (eni.Device, eni.InterfaceName));
    }

    [Fact]
    public void An_ENI_that_is_not_attached_is_not_counted()
    {
        var attachment = Reported();
        attachment.Status!.Network!.State = EniState.Detaching;
        Assert.Empty(CountedEni.Of([attachment], A.HostWithEni()));
    }

    [Theory]
    [InlineData("", "", null)]
    [InlineData("default/router", "", "default/router")]
    [InlineData("", "default/a", "default/a")]
    [InlineData("default/router", "default/router", "default/router")]
    [InlineData("", "default/a default/b", null)]
    [InlineData("default/router", "default/a", null)]
    public void The_pod_of_an_ENI_is_named_if_it_is_one_alone(string withDevice, string withAddresses, string? pod)
    {
        var eni = CountedEni.Of([Reported()], A.HostWithEni())[0];
        var devices = Words(withDevice).Select(name => (A.Address.ToString(), name)).Append((A.OtherAddress.ToString(), "default/other"));
        Assert.Equal(pod, eni.PodOf(devices, Words(withAddresses)));
    }

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static EniAttachment Reported()
    {
        var attachment = A.Attachment();
        attachment.Spec!.NodeEniRef.Name = "forwarding";
        attachment.Spec.SubnetId = "subnet-1";
        attachment.Status!.Device = new DeviceStatus
        {
            AttachmentId = attachment.Status.Network!.AttachmentId,
            PciAddress = A.Address.ToString(),
            BootId = A.Boot,
        };
        return attachment;
    }
}
