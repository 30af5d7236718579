using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Controller.Attachments;
using MultiEni.Controller.PodAddresses;

namespace MultiEni.Controller.Tests.PodAddresses;

public sealed class PodAddressEventsTests
{
    [Theory]
    [InlineData(null, Reasons.AddressLimitReached, "AddressLimitReached", "node-1: m")]
    [InlineData(null, Reasons.SubnetFull, "AddressesUnavailable", "node-1: SubnetFull: m")]
    [InlineData("", Reasons.SubnetFull, "AddressesUnavailable", "node-1: SubnetFull: m")]
    [InlineData(Reasons.AddressLimitReached, Reasons.Unauthorized, "AddressesUnavailable", "node-1: Unauthorized: m")]
    [InlineData(Reasons.SubnetFull, "", "AddressesAvailable", "node-1: pods get addresses of eni-1 again")]
    [InlineData(Reasons.SubnetFull, Reasons.SubnetFull, null, null)]
    [InlineData(Reasons.AddressLimitReached, Reasons.AddressLimitReached, null, null)]
    [InlineData("", "", null, null)]
    [InlineData(null, "", null, null)]
    [InlineData(Reasons.SubnetFull, null, null, null)]
    public void What_begins_and_what_ends_is_told_once(string? before, string? after, string? reason, string? message)
    {
        var attachment = A.Attachment(conditions: before is null ? [] : [Condition(before, "earlier")]);
        var status = new EniAttachmentStatus
        {
            Network = new NetworkStatus { EniId = "eni-1" },
            Conditions = after is null ? [] : [Condition(after, "m")],
        };

        var news = PodAddressEvents.Between(attachment, status);

        Assert.Equal((reason, message), (news?.Reason, news?.Message));
        Assert.Equal(reason is not null and not "AddressesAvailable", news?.IsWarning ?? false);
    }

    [Fact]
    public void A_move_names_address_pod_ENIs_and_nodes()
    {
        var other = A.Row("eni-2");
        other = other with { Tags = new Dictionary<string, string>(other.Tags) { ["Node"] = "node-2" } };
        var step = new EniStep.ChangePodAddresses(A.Row(), new PodAddressChange.AssignNamed(["10.0.0.50"], [other]));

        Assert.Equal(
            ("AddressMoved", "10.0.0.50 of pod default/db moved from eni-2 on node-2 to eni-1 on node-1"),
            step.SuccessEvent(Asking("10.0.0.50"))
        );
    }

    [Fact]
    public void An_IPv6_address_moves_when_it_is_taken_from_the_other_ENI()
    {
        var step = new EniStep.ChangePodAddresses(A.Row(), new PodAddressChange.TakeFrom(["fd00::1"], A.Row("eni-2")));

        Assert.Equal(("AddressMoved", "fd00::1 of pod default/db moved from eni-2 to eni-1 on node-1"), step.SuccessEvent(Asking("fd00:0::1")));
    }

    [Fact]
    public void What_no_other_ENI_had_has_not_moved()
    {
        PodAddressChange[] changes =
        [
            new PodAddressChange.AssignNamed(["10.0.0.50"], []),
            new PodAddressChange.AssignCount(PodAddressKind.Ipv4, 2),
            new PodAddressChange.Unassign(["10.0.0.50"]),
        ];

        Assert.All(changes, change => Assert.Null(new EniStep.ChangePodAddresses(A.Row(), change).SuccessEvent(Asking("10.0.0.50"))));
    }

    private static EniAttachment Asking(string address)
    {
        var attachment = A.Attachment();
        attachment.Status!.Device!.Addresses = new AddressUse { Requested = [new RequestedAddress { Address = address, Pod = "default/db" }] };
        return attachment;
    }

    private static Condition Condition(string reason, string message) =>
        A.Condition(ConditionTypes.PodAddresses, reason.Length == 0, reason.Length == 0 ? Reasons.AsExpected : reason, message);
}
