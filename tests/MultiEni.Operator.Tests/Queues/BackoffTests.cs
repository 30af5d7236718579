using CsCheck;
using MultiEni.Operator.Queues;

namespace MultiEni.Operator.Tests.Queues;

public sealed class BackoffTests
{
    [Theory]
    [InlineData(0, 0.5, 0.5)]
    [InlineData(1, 0.5, 1)]
    [InlineData(5, 0.5, 16)]
    [InlineData(6, 0.5, 30)]
    [InlineData(1_000_000, 0.5, 30)]
    [InlineData(3, 0.0, 0)]
    public void Full_jitter_takes_a_random_part_of_a_doubling_ceiling(int attempt, double random, double seconds) =>
        Assert.Equal(seconds, Backoff.Reconcile.Delay(attempt, random).TotalSeconds, 6);

    [Theory]
    [InlineData(0, 0, 0.4)]
    [InlineData(0, 0.999999, 0.8)]
    [InlineData(100, 0, 15)]
    public void Half_jitter_never_comes_back_at_once(int attempt, double random, double seconds) =>
        Assert.Equal(seconds, Backoff.Reconnect.Delay(attempt, random).TotalSeconds, 3);

    [Fact]
    public void Every_delay_lies_between_nothing_and_the_maximum() =>
        Gen.Select(Gen.Int[0, int.MaxValue], Gen.Double[0, 0.999999])
            .Sample(
                (attempt, random) =>
                    Backoff.Reconcile.Delay(attempt, random) is var delay && delay >= TimeSpan.Zero && delay <= Backoff.Reconcile.Maximum
            );
}
