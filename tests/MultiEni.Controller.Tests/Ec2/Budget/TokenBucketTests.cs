using CsCheck;
using MultiEni.Controller.Ec2.Budget;

namespace MultiEni.Controller.Tests.Ec2.Budget;

public sealed class TokenBucketTests
{
    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);

    [Fact]
    public void A_burst_goes_at_once_and_then_one_call_for_each_refilled_token()
    {
        var bucket = new TokenBucket(capacity: 3, level: 3, perSecond: 2, TimeSpan.Zero);

        Assert.Equal([true, true, true, false], Enumerable.Range(0, 4).Select(_ => bucket.TryTake(TimeSpan.Zero)));
        Assert.InRange(bucket.UntilToken(TimeSpan.Zero), At(0.499), At(0.501));
        Assert.False(bucket.TryTake(At(0.49)));
        Assert.True(bucket.TryTake(At(0.5)));
    }

    [Fact]
    public void No_schedule_gets_more_calls_than_burst_and_refill_allow() =>
        Gen.Select(Gen.Double[1, 50], Gen.Double[0.1, 20], Gen.Double[0, 3].Array[1, 200])
            .Sample(
                (capacity, perSecond, gaps) =>
                {
                    var bucket = new TokenBucket(capacity, capacity, perSecond, TimeSpan.Zero);
                    var (now, taken) = (TimeSpan.Zero, 0);
                    foreach (var gap in gaps)
                    {
                        now += At(gap);
                        while (bucket.TryTake(now))
                        {
                            taken++;
                        }
                    }

                    return taken <= capacity + now.TotalSeconds * perSecond + 1e-6;
                }
            );

    [Fact]
    public void Waiting_as_long_as_it_says_is_always_enough() =>
        Gen.Select(Gen.Double[0, 1], Gen.Double[0.1, 20])
            .Sample(
                (level, perSecond) =>
                {
                    var bucket = new TokenBucket(5, level, perSecond, TimeSpan.Zero);
                    return bucket.TryTake(bucket.UntilToken(TimeSpan.Zero));
                }
            );
}
