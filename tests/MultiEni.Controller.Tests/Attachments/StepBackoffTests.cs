using Microsoft.Extensions.Time.Testing;
using MultiEni.Api.EniAttachments;
using MultiEni.Controller.Attachments;
using MultiEni.Controller.Planning;

namespace MultiEni.Controller.Tests.Attachments;

public sealed class StepBackoffTests
{
    private static readonly ConditionClaim Denied = new(false, "Unauthorized", "grant it");
    private static readonly EniStep Create = new EniStep.Create(1, 2);
    private readonly FakeTimeProvider _time = new();
    private readonly StepBackoff _backoff;

    public StepBackoffTests()
    {
        _backoff = new(_time);
        _backoff.Start(Attachment("a", 1), Create, TimeSpan.FromMinutes(5), Denied);
    }

    [Fact]
    public void A_refused_step_is_not_tried_during_its_backoff()
    {
        _time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromTicks(1));
        Assert.Equal(Denied, _backoff.Current(Attachment("a", 1), Create)?.Blocker);

        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Null(_backoff.Current(Attachment("a", 1), Create));
    }

    [Fact]
    public void A_refused_repair_is_told_from_another_step_and_for_as_long_as_it_is_held()
    {
        Assert.False(_backoff.HoldsRepairs(Attachment("a", 1)));

        _backoff.Start(Attachment("a", 1), new EniStep.AssignAddresses(A.Row(), AddressKind.Ipv4Prefix, 1), TimeSpan.FromMinutes(2), Denied);
        Assert.True(_backoff.HoldsRepairs(Attachment("a", 1)));
        Assert.False(_backoff.HoldsRepairs(Attachment("a", 2)));
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.False(_backoff.HoldsRepairs(Attachment("a", 1)));
    }

    [Fact]
    public void What_EC2_said_stays_known_until_the_step_succeeds()
    {
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(Denied, _backoff.Last(Attachment("a", 1), Create)?.Blocker);

        _backoff.Forget("a");
        Assert.Null(_backoff.Last(Attachment("a", 1), Create));
    }

    [Fact]
    public void Another_step_another_specification_and_another_attachment_are_tried_at_once()
    {
        Assert.Null(_backoff.Current(Attachment("a", 1), new EniStep.Finish()));
        Assert.Null(_backoff.Current(Attachment("a", 2), Create));
        Assert.Null(_backoff.Current(Attachment("b", 1), Create));
    }

    private static EniAttachment Attachment(string name, long generation)
    {
        var attachment = A.Attachment(name);
        attachment.Metadata.Generation = generation;
        return attachment;
    }
}
