using System.Text.Json;
using MultiEni.Api.Kubernetes;

namespace MultiEni.Api.Tests;

public sealed class TimeConverterTests
{
    [Theory]
    [InlineData("\"2026-11-22T10:00:00Z\"")]
    [InlineData("\"2026-11-22T10:00:00+00:00\"")]
    [InlineData("\"2026-11-22T12:00:00.000000000+02:00\"")]
    public void A_time_is_read(string json) => Assert.Equal(new DateTimeOffset(2026, 11, 22, 10, 0, 0, TimeSpan.Zero), Read(json));

    [Theory]
    [InlineData("\"2026-01-01T00:00:00+99:00\"")]
    [InlineData("\"0000-01-01T00:00:00Z\"")]
    [InlineData("\"0001-01-01T00:00:00+14:00\"")]
    [InlineData("\"0001-01-01T00:00:00Z\"")]
    [InlineData("\"9999-12-31T23:59:59Z\"")]
    [InlineData("\"10000-01-01T00:00:00Z\"")]
    [InlineData("\"2026-06-30T23:59:60Z\"")]
    [InlineData("\"2026-01-01t00:00:00z\"")]
    [InlineData("\"\"")]
    [InlineData("null")]
    [InlineData("1.5")]
    [InlineData("[[]]")]
    [InlineData("""{"a":{}}""")]
    public void What_is_no_time_to_calculate_with_is_none(string json) => Assert.Null(Read(json));

    [Fact]
    public void All_times_of_our_objects_go_through_it() =>
        Assert.IsType<TimeConverter>(ApiJson.Default.Options.GetConverter(typeof(DateTimeOffset?)));

    private static DateTimeOffset? Read(string json)
    {
        var condition = JsonSerializer.Deserialize(
            $$"""{"metadata":{"creationTimestamp":{{json}}},"status":{"conditions":[{"lastTransitionTime":{{json}},"type":"Ready"}]} }""",
            ApiJson.Default.Node
        )!;
        Assert.Equal(condition.Metadata.CreationTimestamp, condition.Status.Conditions![0].LastTransitionTime);
        Assert.Equal("Ready", condition.Status.Conditions[0].Type);
        return condition.Metadata.CreationTimestamp;
    }
}
