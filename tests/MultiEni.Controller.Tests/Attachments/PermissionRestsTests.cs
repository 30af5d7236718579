using Microsoft.Extensions.Time.Testing;
using MultiEni.Controller.Attachments;
using MultiEni.Controller.Planning;

namespace MultiEni.Controller.Tests.Attachments;

public sealed class PermissionRestsTests
{
    private static readonly ConditionClaim Denied = new(false, "Unauthorized", "grant it");
    private static readonly EniStep Create = new EniStep.Create(1);
    private readonly FakeTimeProvider _time = new();
    private readonly PermissionRests _rests;

    public PermissionRestsTests()
    {
        _rests = new(_time);
        _rests.Begin("a", 1, Create, TimeSpan.FromMinutes(5), Denied);
    }

    [Fact]
    public void A_refused_step_rests_for_the_whole_pause_and_no_longer()
    {
        _time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromTicks(1));
        Assert.Equal(Denied, _rests.For("a", 1, Create)?.Hindrance);

        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Null(_rests.For("a", 1, Create));
    }

    [Fact]
    public void Another_step_another_specification_and_another_attachment_do_not_rest()
    {
        Assert.Null(_rests.For("a", 1, new EniStep.Finish()));
        Assert.Null(_rests.For("a", 2, Create));
        Assert.Null(_rests.For("b", 1, Create));
    }
}
