using CsCheck;
using MultiEni.Controller.Ec2.Budget;

namespace MultiEni.Controller.Tests.Ec2.Budget;

public sealed class AimdRateTests
{
    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);

    [Fact]
    public void Without_throttles_the_safety_share_rises_to_the_whole_in_steps_of_a_twentieth()
    {
        var rate = new AimdRate(5, share: 0.8, TimeSpan.Zero);

        Assert.Equal([4, 4, 4.25, 4.5, 4.75, 5, 5], new double[] { 0, 9.9, 10, 20, 30, 40, 4000 }.Select(s => Math.Round(rate.At(At(s)), 6)));
        Assert.Equal(At(10), rate.NextRise(At(0)));
        Assert.Equal(At(30), rate.NextRise(At(25)));
        Assert.Null(rate.NextRise(At(40)));
    }

    [Fact]
    [Trait("weakness", "W14")]
    public void A_throttle_cuts_once_a_second_and_the_climb_starts_again()
    {
        var rate = new AimdRate(5, share: 1, TimeSpan.Zero);

        Assert.True(rate.Cut(At(100)));
        Assert.False(rate.Cut(At(100.5)));
        Assert.Equal(3, rate.At(At(100.5)), precision: 6);
        Assert.True(rate.Cut(At(101)));
        Assert.Equal(1.8, rate.At(At(101)), precision: 6);
        Assert.Equal(2.05, rate.At(At(111)), precision: 6);
    }

    [Fact]
    public void Whatever_happens_the_rate_stays_between_the_floor_and_what_was_configured() =>
        Gen.Select(Gen.Double[0.1, 60], Gen.Double[0.05, 1], Gen.Select(Gen.Double[0, 30], Gen.Bool).Array[0, 100])
            .Sample(
                (configured, share, events) =>
                {
                    var rate = new AimdRate(configured, share, TimeSpan.Zero);
                    var now = TimeSpan.Zero;
                    foreach (var (gap, throttled) in events)
                    {
                        now += At(gap);
                        if (throttled)
                        {
                            rate.Cut(now);
                        }

                        var perSecond = rate.At(now);
                        if (perSecond > configured + 1e-9 || perSecond < Math.Min(0.25, configured) - 1e-9)
                        {
                            return false;
                        }
                    }

                    return true;
                }
            );
}
