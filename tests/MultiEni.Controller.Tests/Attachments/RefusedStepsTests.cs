using Microsoft.Extensions.Time.Testing;
using MultiEni.Controller.Attachments;
using MultiEni.Controller.Planning;

namespace MultiEni.Controller.Tests.Attachments;

public sealed class RefusedStepsTests
{
    private static readonly ConditionClaim Denied = new(false, "Unauthorized", "grant it");
    private static readonly EniStep Create = new EniStep.Create(1);
    private readonly FakeTimeProvider _time = new();
    private readonly RefusedSteps _steps;

    public RefusedStepsTests()
    {
        _steps = new(_time);
        _steps.Remember("a", 1, Create, TimeSpan.FromMinutes(5), Denied);
    }

    [Fact]
    public void A_refused_step_steps_for_the_whole_pause_and_no_longer()
    {
        _time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromTicks(1));
        Assert.Equal(Denied, _steps.Resting("a", 1, Create)?.Hindrance);

        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Null(_steps.Resting("a", 1, Create));
    }

    [Fact]
    public void What_EC2_said_stays_known_until_the_step_succeeds()
    {
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(Denied, _steps.Last("a", 1, Create)?.Hindrance);

        _steps.Forget("a");
        Assert.Null(_steps.Last("a", 1, Create));
    }

    [Fact]
    public void Another_step_another_specification_and_another_attachment_do_not_rest()
    {
        Assert.Null(_steps.Resting("a", 1, new EniStep.Finish()));
        Assert.Null(_steps.Resting("a", 2, Create));
        Assert.Null(_steps.Resting("b", 1, Create));
    }
}
