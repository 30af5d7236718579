using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Manager.Safety;
using MultiEni.Manager.Steps;

namespace MultiEni.Manager.Tests.Steps;

/// <summary>
/// Which reports are worth a write at once, which ones later, and which ones never.
/// </summary>
public sealed class ReportWriteDelayTests
{
    private static readonly TimeSpan? AtOnce = TimeSpan.Zero;
    private static readonly TimeSpan? Later = TransientReasons.Deferral;
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);

    private static readonly string[] Passing =
    [
        Reasons.WaitingForDevice,
        Reasons.Publishing,
        Reasons.AllocatableMismatch,
        Reasons.ConcurrentOperation,
        Reasons.Withdrawn,
        Reasons.Releasing,
    ];

    private static readonly string[] InDoubt =
    [
        Reasons.DeviceInUse,
        Reasons.DeviceUsageUnknown,
        Reasons.RemovalBlocked,
        Reasons.UnbindTimeout,
        Reasons.DeviceAmbiguous,
        Reasons.WaitingForDevice,
    ];

    [Fact]
    public void On_the_way_up_a_wait_is_told_later_and_all_else_at_once()
    {
        foreach (var reason in Passing)
        {
            Assert.Equal((reason, Later), (reason, Patience(Attachment(), Wait(reason))));
            Assert.Equal((reason, AtOnce), (reason, Patience(Attachment(), Refuse(reason))));
        }

        foreach (var reason in InDoubt.Except(Passing))
        {
            Assert.Equal((reason, AtOnce), (reason, Patience(Attachment(), Wait(reason))));
        }

        Assert.Equal(AtOnce, Patience(Attachment(), new DeviceStep.Nothing(), Condition(ConditionTypes.Configured, true)));
    }

    [Theory]
    [InlineData(EniState.Pending)]
    [InlineData(EniState.Attaching)]
    [InlineData(null)]
    public void That_EC2_has_not_attached_the_ENI_is_not_the_agents_to_tell(string? state)
    {
        Assert.Null(Patience(Attachment(state), Wait(Reasons.WaitingForDevice)));

        // Unless it told of the device before.
        var told = Attachment(state, said: Condition(ConditionTypes.Configured, true));
        Assert.Equal(AtOnce, Patience(told, Wait(Reasons.WaitingForDevice), Condition(ConditionTypes.Configured, false)));
    }

    [Fact]
    public void What_is_no_longer_true_is_told_at_once()
    {
        var offered = Attachment(said: Condition(ConditionTypes.Advertised, true));

        Assert.Equal(AtOnce, Patience(offered, Wait(Reasons.Publishing), Condition(ConditionTypes.Advertised, false)));
        Assert.Equal(AtOnce, Patience(offered, Wait(Reasons.Publishing)));
        Assert.Equal(Later, Patience(offered, Wait(Reasons.Publishing), Condition(ConditionTypes.Advertised, true)));
    }

    [Fact]
    public void A_release_without_trouble_is_not_told_of()
    {
        var going = Attachment(deleting: true, said: Condition(ConditionTypes.Advertised, true));

        Assert.Null(Patience(going, new DeviceStep.ReleaseDone("m")));
        Assert.Null(Patience(going, new DeviceStep.Nothing()));
        foreach (var reason in Passing.Except(InDoubt))
        {
            Assert.Equal((reason, Later), (reason, Patience(going, Wait(reason), Condition(ConditionTypes.Advertised, false))));
        }
    }

    [Fact]
    public void That_a_pod_has_or_may_have_the_device_is_told_at_once()
    {
        var going = Attachment(deleting: true);
        foreach (var reason in InDoubt)
        {
            Assert.Equal((reason, AtOnce), (reason, Patience(going, Wait(reason))));
        }

        Assert.Equal(AtOnce, Patience(going, Refuse(Reasons.InsufficientPermissions)));
    }

    [Fact]
    public void Who_was_told_of_a_wait_is_told_of_its_end()
    {
        Assert.Equal(AtOnce, Patience(Attachment(deleting: true, said: Condition(ConditionTypes.Released, false)), new DeviceStep.ReleaseDone("m")));
        // And perhaps why the finalizer cannot be removed, which stands.
        Assert.Null(Patience(Attachment(deleting: true, said: Condition(ConditionTypes.Released, true)), new DeviceStep.ReleaseDone("m")));
    }

    [Fact]
    public void From_the_first_sign_of_life_on_each_is_given_when_it_is_due()
    {
        var going = Attachment(deleting: true);
        going.Status!.Device = new DeviceStatus { ReleaseHeartbeatTime = Now };

        Assert.Equal(AtOnce, Patience(going, Wait(Reasons.Withdrawn)));
    }

    [Theory]
    [InlineData(3, 2, null, null, 2)]
    [InlineData(3, 3, null, 1, 0)]
    [InlineData(3, 3, 1, null, 0)]
    [InlineData(3, 2, null, null, 0, 7)]
    public void A_tally_of_addresses_is_collected_and_what_a_pod_waits_for_is_written_at_once(
        int free,
        int freeNow,
        int? waiting,
        int? waitingNow,
        int seconds,
        int? seenNow = null
    )
    {
        var said = Condition(ConditionTypes.Configured, holds: true);
        var attachment = Attachment(said: said) with
        {
            Status = new()
            {
                Device = new DeviceStatus
                {
                    Addresses = new AddressUse { Free = free, Waiting = waiting },
                },
                Conditions = [said],
            },
        };
        var next = new EniAttachmentStatus
        {
            Device = new DeviceStatus
            {
                Addresses = new AddressUse
                {
                    Free = freeNow,
                    Waiting = waitingNow,
                    SeenWithdrawal = seenNow,
                },
            },
            Conditions = [said],
        };
        Assert.Equal(TimeSpan.FromSeconds(seconds), ReportWriteDelay.Of(attachment, new DeviceStep.Nothing(), next));
    }

    private static DeviceStep.Wait Wait(string reason) => new(ConditionTypes.Configured, new Blocker(reason, "m"));

    private static DeviceStep.Refuse Refuse(string reason) => new(ConditionTypes.Configured, new Blocker(reason, "m"));

    private static Condition Condition(string type, bool holds) =>
        new()
        {
            Type = type,
            Status = holds ? ConditionStatus.True : ConditionStatus.False,
            Reason = "R",
            LastTransitionTime = Now,
        };

    private static EniAttachment Attachment(string? state = EniState.Attached, bool deleting = false, params Condition[] said) =>
        new()
        {
            Metadata = new()
            {
                Name = "a",
                Uid = "u",
                DeletionTimestamp = deleting ? Now : null,
            },
            Status = new() { Network = state is null ? null : new NetworkStatus { State = state }, Conditions = [.. said] },
        };

    private static TimeSpan? Patience(EniAttachment attachment, DeviceStep step, params Condition[] next) =>
        ReportWriteDelay.Of(attachment, step, new EniAttachmentStatus { Conditions = [.. next] });
}
