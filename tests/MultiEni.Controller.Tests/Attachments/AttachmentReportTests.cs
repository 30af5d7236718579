using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Controller.Attachments;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Planning;
using MultiEni.Controller.Summary;

namespace MultiEni.Controller.Tests.Attachments;

public sealed class AttachmentReportTests
{
    [Fact]
    public void The_number_of_a_withdrawal_outlives_it_and_the_ENI()
    {
        var withdrawal = new AddressWithdrawal { Number = 7, Addresses = ["10.0.0.50"] };
        var attachment = A.Attachment(network: new NetworkStatus { EniId = "eni-9", Withdrawal = withdrawal });

        foreach (var row in new[] { null, A.Row(), A.Row(attachment: A.Attached()) })
        {
            Assert.Equal(new AddressWithdrawal { Number = 7 }, Patch(attachment, row)!.Status!.Network!.Withdrawal);
        }
    }

    [Fact]
    public void Saying_the_same_again_is_no_patch()
    {
        var attachment = A.Attachment();
        var row = A.Row(attachment: A.Attached());
        attachment.Status = Patch(attachment, row)!.Status;

        Assert.Null(Patch(attachment, row, at: A.Noon.AddHours(1)));
    }

    [Fact]
    public void An_attached_ENI_is_reported_with_its_addresses_for_the_agent()
    {
        var status = Patch(A.Attachment(), A.Row(attachment: A.Attached(index: 2)))!.Status!;

        Assert.Equal(
            (EniState.Attached, "02:00:00:00:00:01", 2),
            (status.Network!.State, status.Network.MacAddress, status.Network.DeviceIndex!.Value)
        );
        Assert.True(status.Conditions.IsTrue(ConditionTypes.Attached));
        Assert.Contains("because 1 was taken", status.Conditions.Find(ConditionTypes.Attached)!.Message, StringComparison.Ordinal);
        Assert.Null(status.Network.Adopted);
    }

    [Fact]
    public void An_adopted_ENI_is_reported_as_such()
    {
        var status = Patch(A.Attachment(), A.Adopted(A.Row(attachment: A.Attached(index: 2))))!.Status!;

        Assert.True(status.Network!.Adopted);
        Assert.Equal("eni-1 is attached at device index 2 since launch, and was adopted", status.Conditions.Find(ConditionTypes.Attached)!.Message);
    }

    [Theory]
    [InlineData(DeviceUses.Plain, false, false, true)]
    [InlineData(DeviceUses.Advertised, false, false, false)]
    [InlineData(DeviceUses.Advertised, false, true, true)]
    [InlineData(DeviceUses.Bound, false, true, false)]
    [InlineData(DeviceUses.Bound, true, false, false)]
    [InlineData(DeviceUses.Bound, true, true, true)]
    public void Ready_means_that_all_that_the_use_asks_for_is_true(string use, bool bound, bool advertised, bool ready)
    {
        var attachment = A.Attachment(
            spec: s => s.Device = new() { Use = use },
            conditions:
            [
                A.Condition(ConditionTypes.Configured, true),
                A.Condition(ConditionTypes.Bound, bound),
                A.Condition(ConditionTypes.Advertised, advertised),
            ]
        );

        Assert.Equal(ready, Patch(attachment, A.Row(attachment: A.Attached()))!.Status!.Conditions.IsTrue(ConditionTypes.Ready));
    }

    [Fact]
    public void What_the_agent_said_of_an_older_specification_does_not_count()
    {
        var attachment = A.Attachment(conditions: A.Condition(ConditionTypes.Configured, true));
        attachment.Metadata.Generation = 2;

        var ready = Patch(attachment, A.Row(attachment: A.Attached()))!.Status!.Conditions.Find(ConditionTypes.Ready)!;

        Assert.Equal(
            (ConditionStatus.False, Reasons.WaitingForDevice, "waiting for the ENI manager on node-1"),
            (ready.Status, ready.Reason, ready.Message)
        );
    }

    // The attachment that the agent's report names, the one that EC2 shows now, whether the report
    // counts.
    [Theory]
    [InlineData("eni-attach-1", 1, true)]
    [InlineData("eni-attach-1", 2, false)]
    [InlineData("", 1, false)]
    [InlineData(null, 1, false)]
    public void What_the_agent_said_of_the_device_of_an_earlier_attachment_does_not_count(string? meant, int now, bool counts)
    {
        var attachment = A.Attachment(conditions: A.Condition(ConditionTypes.Configured, true));
        attachment.Status!.Device = new() { AttachmentId = meant };

        var ready = Patch(attachment, A.Row(attachment: A.Attached(index: now)))!.Status!.Conditions;

        Assert.Equal(counts ? (ConditionStatus.True, Reasons.Ready) : (ConditionStatus.False, Reasons.WaitingForDevice), Ready(ready));
    }

    [Fact]
    public void An_agents_words_are_copied_only_as_far_as_a_status_of_500_ENIs_has_room_for_them()
    {
        var attachment = A.Attachment(
            conditions: A.Condition(ConditionTypes.Configured, false) with
            {
                Message = new string('x', Conditions.LongestMessage),
            }
        );
        attachment.Status!.Conditions!.AddRange(Patch(attachment, A.Row(attachment: A.Attached()))!.Status!.Conditions!);

        var ready = attachment.Status.Conditions.Find(ConditionTypes.Ready)!.Message;
        Assert.Equal(new string('x', AttachmentReport.LongestCopy - 1) + "…", ready);
        var refusal = new ConditionClaim(false, Reasons.InvalidSpec, new string('y', 100_000));
        var conditions = Patch(attachment, A.Row(), refusal)!.Status!.Conditions!;
        Assert.All(conditions, condition => Assert.True(condition.Message.Length <= Conditions.LongestMessage));
        attachment.Status.Conditions = conditions;
        Assert.Equal(AttachmentReport.LongestCopy, AttachmentEntry.Of(attachment).Message!.Length);
    }

    [Fact]
    public void A_node_on_which_nobody_offers_devices_is_ready_without_that()
    {
        var attachment = A.Attachment(
            spec: s => s.Device = new() { Use = DeviceUses.Bound },
            conditions:
            [
                A.Condition(ConditionTypes.Configured, true),
                A.Condition(ConditionTypes.Bound, true),
                A.Condition(ConditionTypes.Advertised, false) with
                {
                    Reason = Reasons.NotRequested,
                },
            ]
        );

        Assert.True(Patch(attachment, A.Row(attachment: A.Attached()))!.Status!.Conditions.IsTrue(ConditionTypes.Ready));
    }

    [Fact]
    public void An_attached_ENI_is_not_ready_while_it_differs_from_its_specification_and_EC2s_words_say_why()
    {
        var attachment = A.Attachment(spec: s => s.SecurityGroupIds = ["sg-2"], conditions: A.Condition(ConditionTypes.Configured, true));
        var row = A.Row(attachment: A.Attached());
        var refusal = new ConditionClaim(true, Reasons.InvalidSpec, "SecurityGroupsPerInterfaceLimitExceeded: too many");

        var underWay = Patch(attachment, row)!.Status!.Conditions;
        var refused = Patch(attachment, row, refusal)!.Status!.Conditions;

        Assert.True(underWay.IsTrue(ConditionTypes.Attached));
        Assert.Equal((ConditionStatus.False, Reasons.Progressing), Ready(underWay));
        Assert.Contains("security groups of eni-1", underWay.Find(ConditionTypes.Ready)!.Message, StringComparison.Ordinal);
        Assert.True(refused.IsTrue(ConditionTypes.Attached));
        Assert.Equal((ConditionStatus.False, Reasons.InvalidSpec), Ready(refused));
        Assert.Equal(refusal.Message, refused.Find(ConditionTypes.Ready)!.Message);
    }

    // Generation of the specification, whether delete-on-termination is wanted, whether the ENI is
    // ready all the same.
    [Theory]
    [InlineData(1, true, true)]
    [InlineData(2, true, false)]
    [InlineData(1, false, false)]
    public void Delete_on_termination_is_waited_for_except_right_after_the_first_attachment(int generation, bool wanted, bool ready)
    {
        var attachment = A.Attachment(spec: s => s.DeleteOnTermination = wanted, conditions: A.Condition(ConditionTypes.Configured, true));
        attachment.Metadata.Generation = generation;
        var row = A.Row(attachment: A.Attached(deleteOnTermination: !wanted));

        Assert.Equal(ready, Patch(attachment, row)!.Status!.Conditions.IsTrue(ConditionTypes.Ready));
        Assert.False(Patch(attachment, row, new(true, Reasons.Unauthorized, "m"))!.Status!.Conditions.IsTrue(ConditionTypes.Ready));
    }

    [Fact]
    public void A_patch_holds_nothing_of_the_agents()
    {
        var attachment = A.Attachment(conditions: A.Condition(ConditionTypes.Configured, true));
        attachment.Status!.Device = new() { InterfaceName = "ens6" };

        var status = Patch(attachment, A.Row(attachment: A.Attached()))!.Status!;

        Assert.Null(status.Device);
        Assert.Equal([ConditionTypes.Attached, ConditionTypes.Ready], status.Conditions!.Select(condition => condition.Type));
    }

    [Fact]
    public void A_blocker_is_reported_in_place_of_progress()
    {
        var status = Patch(A.Attachment(), null, new ConditionClaim(false, Reasons.SubnetFull, "no address left"))!.Status!;

        Assert.Equal((Reasons.SubnetFull, Reasons.SubnetFull), (status.Conditions![0].Reason, status.Conditions[1].Reason));
    }

    [Fact]
    public void During_deletion_the_status_says_what_is_waited_for()
    {
        var attachment = A.Attachment(deleting: true);

        var status = Patch(
            attachment,
            A.Row(attachment: A.Attached()),
            new ConditionClaim(true, Reasons.DeviceInUse, "in use by pod default/app")
        )!.Status!;

        Assert.Equal(EniState.Releasing, status.Network!.State);
        var ready = status.Conditions.Find(ConditionTypes.Ready)!;
        Assert.Equal((ConditionStatus.False, Reasons.DeviceInUse, "in use by pod default/app"), (ready.Status, ready.Reason, ready.Message));
    }

    [Fact]
    public void The_ID_of_an_ENI_that_vanished_stays_on_record()
    {
        var attachment = A.Attachment(network: new NetworkStatus { EniId = "eni-dead", Attempt = 1 });

        Assert.Equal("eni-dead", Patch(attachment, null)!.Status!.Network!.EniId);
    }

    private static (string, string) Ready(IReadOnlyList<Condition>? conditions) =>
        conditions.Find(ConditionTypes.Ready) is { } ready ? (ready.Status, ready.Reason) : default;

    private static EniAttachment? Patch(EniAttachment attachment, EniRow? row, ConditionClaim? blocker = null, DateTimeOffset? at = null) =>
        AttachmentReport.Patch(attachment, row, new("10.0.0.0/24", null), null, null, blocker, at ?? A.Noon);
}
