using MultiEni.Cli.Top;

namespace MultiEni.Cli.Tests.Top;

public sealed class EniRatesTests
{
    private const string Labels = "eni=\"eni-1\",namespace=\"default\",node=\"n1\",nodeeni=\"packets\",pod=\"router\",subnet=\"subnet-1\"";
    private const string Source = $"aws_multi_eni_counter_source{{{Labels},source=\"kernel\"}} 1";

    [Fact]
    public void A_rate_is_what_was_added_in_the_time_between()
    {
        var eni = Assert.Single(Of(Scrape(1000, 20, 3, 50_000), Scrape(6000, 30, 13, 40_000)));
        Assert.Equal(
            ("n1", "eni-1", "packets", "subnet-1", "default/router", "kernel"),
            (eni.Node, eni.Eni, eni.NodeEni, eni.Subnet, eni.Pod, eni.Source)
        );
        Assert.Equal(
            (4000d, 2000d, 1d, 0d, 2d, 40_000d),
            (
                eni.ReceiveBitsPerSecond,
                eni.TransmitBitsPerSecond,
                eni.ReceivePacketsPerSecond,
                eni.TransmitPacketsPerSecond,
                eni.ExceededPerSecond,
                eni.ConnectionsAvailable
            )
        );
        Assert.Equal([new("connections", 1), new("packets", 1)], eni.AllowanceExceededPerSecond!);
        // Not counted, which is not none.
        Assert.Null(eni.DropsPerSecond);
    }

    [Fact]
    public void A_counter_that_began_anew_has_no_rate()
    {
        var eni = Assert.Single(Of(Scrape(1000, 20, 3, 1), Scrape(400, 5, 3, 1)));
        Assert.Equal((null, null, 0d), (eni.ReceiveBitsPerSecond, eni.ReceivePacketsPerSecond, eni.ExceededPerSecond));
    }

    [Fact]
    public void An_ENI_that_came_in_the_meantime_or_is_not_counted_is_listed_without_rates()
    {
        Assert.Null(Assert.Single(Of("", Scrape(1, 2, 3, 4))).ReceiveBitsPerSecond);
        var bound =
            $"aws_multi_eni_counter_source{{eni=\"eni-2\",namespace=\"\",node=\"n1\",nodeeni=\"packets\",pod=\"\",subnet=\"s\",source=\"none\"}} 1";
        var eni = Assert.Single(Of(bound, bound));
        Assert.Equal(("none", null, null, null), (eni.Source, eni.Pod, eni.TransmitBitsPerSecond, eni.ExceededPerSecond));
    }

    [Theory]
    [InlineData("name", "a b c d")]
    [InlineData("receive", "b c a d")]
    [InlineData("exceeded", "c a b d")]
    public void The_largest_number_comes_first_and_none_last(string by, string expected)
    {
        TopEni[] enis = [Eni("d", null, null), Eni("c", 5, 9), Eni("b", 7, null), Eni("a", 1, 0)];
        Assert.Equal(expected, string.Join(' ', TopOrder.Sort(enis, by).Select(eni => eni.Eni)));
    }

    private static TopEni Eni(string id, double? receive, double? exceeded) =>
        new()
        {
            Node = "n1",
            Eni = id,
            NodeEni = "",
            Subnet = "",
            Source = "kernel",
            ReceiveBitsPerSecond = receive,
            AllowanceExceededPerSecond = exceeded is { } value ? new(StringComparer.Ordinal) { ["packets"] = value } : null,
        };

    private static IReadOnlyList<TopEni> Of(string before, string after) =>
        EniRates.Of(MetricsText.Parse(before, EniRates.Needs), MetricsText.Parse(after, EniRates.Needs), TimeSpan.FromSeconds(10));

    private static string Scrape(long bytes, long packets, long exceeded, long available) =>
        $$"""
            {{Source}}
            aws_multi_eni_traffic_bytes_total{direction="receive",{{Labels}}} {{bytes}}
            aws_multi_eni_traffic_bytes_total{direction="transmit",{{Labels}}} {{bytes / 2}}
            aws_multi_eni_traffic_packets_total{direction="receive",{{Labels}}} {{packets}}
            aws_multi_eni_traffic_packets_total{direction="transmit",{{Labels}}} 77
            aws_multi_eni_allowance_exceeded_total{allowance="packets",{{Labels}}} {{exceeded}}
            aws_multi_eni_allowance_exceeded_total{allowance="connections",{{Labels}}} {{exceeded}}
            aws_multi_eni_connections_available{{{Labels}}} {{available}}
            other_total{x="1"} 5
            """;
}
