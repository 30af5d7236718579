using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Controller.Attachments;
using MultiEni.Controller.Summary;

namespace MultiEni.Controller.Tests.Summary;

public sealed class AttachmentTroubleTests
{
    [Theory]
    [InlineData(Reasons.WaitingForDevice, 3, "check that a pod of the eni-manager runs on the node (tolerations")]
    [InlineData(Reasons.AllocatableMismatch, 3, "device plugin")]
    [InlineData(Reasons.Publishing, 3, "ENI manager")]
    [InlineData(Reasons.Ec2Unavailable, 5, "EC2 endpoint")]
    [InlineData(Reasons.Throttled, 60, "EC2_RATE_PROFILE")]
    [InlineData(Reasons.Creating, 60, "controller's log")]
    public void What_passes_by_itself_is_trouble_with_a_remedy_when_it_does_not(string reason, int minutes, string remedy)
    {
        var attachment = A.Attachment(conditions: A.Condition(ConditionTypes.Ready, false, reason, "why"));
        var due = A.Noon.AddMinutes(minutes);

        Assert.Equal(due, AttachmentTrouble.Due(attachment));
        Assert.False(AttachmentTrouble.Is(attachment, due.AddSeconds(-1)));
        Assert.Equal("why", AttachmentTrouble.Describe(attachment, due.AddSeconds(-1)));
        Assert.True(AttachmentTrouble.Is(attachment, due));
        Assert.StartsWith("why, since 2026-01-02T12:00:00Z; ", AttachmentTrouble.Describe(attachment, due), StringComparison.Ordinal);
        Assert.Contains(remedy, AttachmentTrouble.Describe(attachment, due), StringComparison.Ordinal);
        Assert.Equal(AttachmentTrouble.Describe(attachment, due), AttachmentTrouble.Describe(attachment, due.AddDays(1)));
    }

    [Fact]
    public void An_agent_that_has_answered_is_not_looked_for()
    {
        var attachment = A.Attachment(
            network: new NetworkStatus { AttachmentId = "eni-attach-1" },
            conditions:
            [
                A.Condition(ConditionTypes.Configured, false, Reasons.WaitingForDevice),
                A.Condition(ConditionTypes.Ready, false, Reasons.WaitingForDevice, "why"),
            ]
        );

        Assert.Contains("kernel log", AttachmentTrouble.Describe(attachment, A.Noon.AddDays(1)), StringComparison.Ordinal);
        attachment.Status!.Network!.AttachmentId = "eni-attach-2";
        Assert.Contains("eni-manager runs", AttachmentTrouble.Describe(attachment, A.Noon.AddDays(1)), StringComparison.Ordinal);
    }

    [Fact]
    public void The_nodes_time_begins_when_EC2_has_done_its_part()
    {
        var attached = A.Condition(ConditionTypes.Attached, true) with { LastTransitionTime = A.Noon.AddHours(2) };
        var attachment = A.Attachment(conditions: [attached, A.Condition(ConditionTypes.Ready, false, Reasons.WaitingForDevice)]);

        Assert.Equal(A.Noon.AddHours(2).AddMinutes(3), AttachmentTrouble.Due(attachment));
    }

    [Fact]
    public void The_time_of_a_release_begins_with_the_deletion()
    {
        var attachment = A.Attachment(
            deleting: true,
            network: new NetworkStatus { State = EniState.Releasing },
            conditions: A.Condition(ConditionTypes.Ready, false, Reasons.WaitingForRelease) with
            {
                LastTransitionTime = A.Noon.AddDays(-1),
            }
        );

        Assert.Equal(A.Noon.AddMinutes(3), AttachmentTrouble.Due(attachment));
    }

    [Fact]
    public void One_that_nobody_has_looked_at_counts_from_its_creation()
    {
        var attachment = A.Attachment();
        attachment.Metadata.CreationTimestamp = A.Noon;

        Assert.False(AttachmentTrouble.Is(attachment, A.Noon.AddMinutes(59)));
        Assert.True(AttachmentTrouble.Is(attachment, A.Noon.AddMinutes(60)));
    }

    [Fact]
    public void What_never_passes_by_itself_is_trouble_at_once_and_what_is_ready_never_is()
    {
        var mismatch = A.Attachment(conditions: A.Condition(ConditionTypes.Ready, false, Reasons.PciAddressMismatch));
        var ready = A.Attachment(conditions: A.Condition(ConditionTypes.Ready, true));

        Assert.True(AttachmentTrouble.Is(mismatch, A.Noon));
        Assert.Null(AttachmentTrouble.Due(mismatch));
        Assert.False(AttachmentTrouble.Is(ready, A.Noon.AddYears(1)));
        Assert.Null(AttachmentTrouble.Due(ready));
    }

    [Theory]
    [InlineData(EniState.Attached, EniState.Releasing)]
    [InlineData(EniState.Attaching, EniState.Deleting)]
    [InlineData(null, EniState.Deleting)]
    public void One_whose_deletion_its_status_does_not_tell_of_yet_is_said_to_go(string? said, string state)
    {
        var attachment = A.Attachment(
            deleting: true,
            network: said is null ? null : new NetworkStatus { State = said },
            conditions: [A.Condition(ConditionTypes.Attached, true), A.Condition(ConditionTypes.Ready, true)]
        );

        Assert.False(AttachmentReadiness.Is(attachment));
        Assert.Equal(
            (Reasons.Deleting, "being deleted", state),
            (AttachmentTrouble.Reason(attachment), AttachmentTrouble.Describe(attachment, A.Noon), AttachmentState.Of(attachment))
        );
        Assert.Equal(A.Noon.AddHours(1), AttachmentTrouble.Due(attachment));
        Assert.Equal((state.ToLowerInvariant(), null), (AttachmentEntry.Of(attachment).Status, AttachmentEntry.Of(attachment).Message));
    }
}
