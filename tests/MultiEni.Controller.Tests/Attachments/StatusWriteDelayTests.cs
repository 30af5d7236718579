using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Controller.Attachments;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Planning;

namespace MultiEni.Controller.Tests.Attachments;

/// <summary>Which statuses are worth a write at once, which ones later.</summary>
public sealed class StatusWriteDelayTests
{
    private static readonly TimeSpan AtOnce = TimeSpan.Zero;
    private static readonly TimeSpan Later = TransientReasons.Deferral;
    private const EniRow? None = null;
    private static readonly EniRow Available = A.Row();
    private static readonly EniRow Attaching = A.Row(attachment: A.Attached(status: EniStates.Attaching));
    private static readonly EniRow Attached = A.Row(attachment: A.Attached());
    private static readonly EniRow Detaching = A.Row(attachment: A.Attached(status: EniStates.Detaching));
    private static readonly Condition Configured = A.Condition(ConditionTypes.Configured, true);

    [Fact]
    public void On_the_way_up_only_the_attachment_is_reported_at_once()
    {
        var fresh = New();

        Assert.Equal([Later, Later, Later, AtOnce], new[] { None, Available, Attaching, Attached }.Select(row => Patience(fresh, row)));
    }

    [Fact]
    public void After_one_reported_wait_the_next_is_reported_later()
    {
        var waiting = Said(New(), None);

        Assert.Equal(StatusWriteDelay.Further, Patience(waiting, Attaching));
        Assert.Equal(AtOnce, Patience(waiting, Attached));
    }

    [Theory]
    [InlineData(Reasons.SubnetFull)]
    [InlineData(Reasons.QuotaExceeded)]
    [InlineData(Reasons.Unauthorized)]
    [InlineData(Reasons.Throttled)]
    [InlineData(Reasons.Ec2Unavailable)]
    [InlineData(Reasons.InstanceLimit)]
    [InlineData(Reasons.EniInUseElsewhere)]
    public void A_blocker_is_reported_at_once_on_the_way_up_and_down(string reason)
    {
        var blocker = new ConditionClaim(true, reason, "m");

        Assert.Equal(AtOnce, Patience(New(), None, blocker));
        Assert.Equal(AtOnce, Patience(Going(Said(New(), Attached)), Attached, blocker));
    }

    [Fact]
    public void What_an_agent_is_to_let_go_of_is_told_at_once()
    {
        var said = Said(New(), Attaching);
        var next = new EniAttachmentStatus
        {
            Conditions = said.Status!.Conditions,
            Network = said.Status.Network! with
            {
                Withdrawal = new() { Number = 1, Addresses = ["10.0.0.50"] },
            },
        };

        Assert.Equal(AtOnce, StatusWriteDelay.Of(said, next, null, null));
        Assert.NotEqual(AtOnce, StatusWriteDelay.Of(said, said.Status, null, null));
    }

    [Fact]
    public void A_wait_is_reported_later_even_as_a_blocker()
    {
        Assert.Equal(Later, Patience(New(), Attaching, new(true, Reasons.Attaching, "m")));
        Assert.Equal(Later, Patience(Going(Said(New(), Attached)), Detaching, new(true, Reasons.Detaching, "m")));
        Assert.Equal(Later, Patience(Going(Said(New(), Attached)), Attached, new(true, Reasons.WaitingForRelease, "m")));
    }

    [Fact]
    public void A_used_up_create_attempt_is_remembered_at_once()
    {
        Assert.Equal(AtOnce, Patience(New(), None, attempt: 2));
        Assert.Equal(Later, Patience(New(new NetworkStatus { Attempt = 2 }), None, attempt: 2));
    }

    [Fact]
    public void An_attached_ENI_that_is_ready_or_is_so_no_more_is_reported_at_once()
    {
        var waiting = Said(New(), Attached);
        var ready = Said(With(waiting, Configured), Attached);

        Assert.Equal(AtOnce, Patience(With(waiting, Configured), Attached));
        Assert.Equal(AtOnce, Patience(With(ready, Configured with { Status = ConditionStatus.False, Reason = Reasons.Publishing }), Attached));
        Assert.Equal(AtOnce, Patience(ready, Attached, new(true, Reasons.Unauthorized, "m")));
        // Somebody detached it: the agent has to know.
        Assert.Equal(AtOnce, Patience(ready, Detaching));
        Assert.Equal(AtOnce, Patience(ready, Available));
        Assert.Equal(AtOnce, Patience(ready, None));
    }

    [Fact]
    public void That_an_attached_ENI_is_being_changed_is_reported_once_and_that_it_is_done_at_once()
    {
        var ready = Said(With(New(), Configured), Attached);
        var first = Attached with { SecurityGroupIds = ["sg-other"] };
        var second = Attached with { Description = "former" };

        Assert.Equal(AtOnce, Patience(ready, first));
        Assert.Equal(StatusWriteDelay.Further, Patience(Said(ready, first), second));
        Assert.Equal(AtOnce, Patience(Said(ready, first), Attached));
        Assert.Equal(AtOnce, Patience(Said(ready, first), second, new(true, Reasons.Unauthorized, "m")));
    }

    [Fact]
    public void Addresses_that_change_are_reported_at_once() =>
        Assert.Equal(AtOnce, Patience(Said(New(), Attached), Attached with { PrivateIps = ["10.0.0.9", "10.0.0.10"] }));

    [Fact]
    public void What_an_agent_says_has_lasted_and_is_repeated_at_once()
    {
        var waiting = Said(New(), Attached);
        foreach (var reason in new[] { Reasons.Publishing, Reasons.DeviceAmbiguous })
        {
            Assert.Equal(AtOnce, Patience(With(waiting, A.Condition(ConditionTypes.Configured, false, reason)), Attached));
        }
    }

    [Fact]
    public void During_deletion_only_blockers_are_reported_at_once()
    {
        var going = Going(Said(With(New(), Configured), Attached));

        Assert.Equal([Later, Later, Later], new[] { Attached, Detaching, None }.Select(row => Patience(going, row)));
        Assert.Equal(Later, Patience(Going(New()), None));
        // Whether or not it ever was ready: it said nothing of its deletion yet.
        Assert.Equal(Later, Patience(Going(Said(New(), Attached)), Detaching));
        Assert.Equal(StatusWriteDelay.Further, Patience(Going(Said(going, Detaching)), Available));
    }

    [Fact]
    public void That_a_pod_may_have_the_device_is_reported_at_once()
    {
        var going = Going(Said(New(), Attached));
        foreach (var reason in new[] { Reasons.DeviceInUse, Reasons.DeviceUsageUnknown, Reasons.WaitingForDevice, Reasons.ReconcileFailed })
        {
            Assert.Equal(AtOnce, Patience(going, Attached, new(true, reason, "m")));
        }
    }

    private static EniAttachment New(NetworkStatus? network = null) => A.Attachment(network: network);

    private static EniAttachment Going(EniAttachment attachment) =>
        attachment with
        {
            Metadata = attachment.Metadata with { DeletionTimestamp = A.Noon },
        };

    private static EniAttachment With(EniAttachment attachment, Condition agents) =>
        attachment with
        {
            Status = attachment.Status! with { Conditions = [.. (attachment.Status.Conditions ?? []).Where(c => c.Type != agents.Type), agents] },
        };

    private static EniAttachment Said(EniAttachment attachment, EniRow? row)
    {
        var said = Report(attachment, row, null, null)!;
        var agents = (attachment.Status!.Conditions ?? []).Where(condition => said.Conditions.Find(condition.Type) is null);
        return attachment with { Status = said with { Device = attachment.Status.Device, Conditions = [.. said.Conditions!, .. agents] } };
    }

    private static TimeSpan Patience(EniAttachment attachment, EniRow? row, ConditionClaim? blocker = null, int? attempt = null) =>
        StatusWriteDelay.Of(attachment, Report(attachment, row, blocker, attempt)!, blocker, attempt);

    private static EniAttachmentStatus? Report(EniAttachment attachment, EniRow? row, ConditionClaim? blocker, int? attempt) =>
        AttachmentReport.Patch(attachment, row, new("10.0.0.0/24", null), null, attempt, blocker, A.Noon)?.Status;
}
