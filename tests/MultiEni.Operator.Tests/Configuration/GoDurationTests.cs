using CsCheck;
using MultiEni.Operator.Configuration;

namespace MultiEni.Operator.Tests.Configuration;

public sealed class GoDurationTests
{
    [Theory]
    [InlineData("30s", 30_000)]
    [InlineData("5m", 300_000)]
    [InlineData("1h30m", 5_400_000)]
    [InlineData("250ms", 250)]
    [InlineData("1.5s", 1_500)]
    [InlineData("0", 0)]
    [InlineData("-1m", -60_000)]
    [InlineData("1h0m0s", 3_600_000)]
    [InlineData("1500us", 1.5)]
    public void Durations_are_read_as_in_Go(string text, double milliseconds)
    {
        Assert.True(GoDuration.TryParse(text, out var duration));
        Assert.Equal(milliseconds, duration.TotalMilliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("30")]
    [InlineData("s")]
    [InlineData("5 m")]
    [InlineData("5d")]
    [InlineData("1..5s")]
    [InlineData("99999999999999h")]
    public void Anything_else_is_refused(string? text) => Assert.False(GoDuration.TryParse(text, out _));

    [Theory]
    [InlineData(5_400_000, "1h30m0s")]
    [InlineData(30_000, "30s")]
    [InlineData(90_000, "1m30s")]
    [InlineData(250, "250ms")]
    [InlineData(1_500, "1.5s")]
    [InlineData(0, "0s")]
    [InlineData(-60_000, "-1m0s")]
    public void Durations_are_written_as_in_Go(double milliseconds, string text) =>
        Assert.Equal(text, GoDuration.Format(TimeSpan.FromMilliseconds(milliseconds)));

    [Fact]
    public void What_is_written_reads_back_the_same() =>
        Gen.Long[-1_000_000_000_000_000, 1_000_000_000_000_000]
            .Sample(ticks => GoDuration.TryParse(GoDuration.Format(TimeSpan.FromTicks(ticks)), out var back) && back.Ticks == ticks);
}
