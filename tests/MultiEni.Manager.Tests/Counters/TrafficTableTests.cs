using MultiEni.Manager.Counters;

namespace MultiEni.Manager.Tests.Counters;

public sealed class TrafficTableTests
{
    [Fact]
    public void Each_interface_has_its_traffic_in_both_directions()
    {
        var table = TrafficTable.Parse(
            """
            Inter-|   Receive                                                |  Transmit
             face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
                lo: 1111       1    0    0    0     0          0         0     1111       1    0    0    0     0       0          0
              ens6:18446744073709551615 20 3 4 5 6 7 8 90 100 11 12 13 14 15 16
            """
        );
        Assert.Equal(["ens6", "lo"], table.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(
            [
                new(EniMetric.Bytes, "receive", ulong.MaxValue),
                new(EniMetric.Packets, "receive", 20),
                new(EniMetric.Errors, "receive", 3),
                new(EniMetric.Drops, "receive", 4),
                new(EniMetric.Bytes, "transmit", 90),
                new(EniMetric.Packets, "transmit", 100),
                new(EniMetric.Errors, "transmit", 11),
                new(EniMetric.Drops, "transmit", 12),
            ],
            table["ens6"]
        );
    }

    [Theory]
    [InlineData("")]
    [InlineData("ens6")]
    [InlineData("ens6: 1 2 3")]
    [InlineData("ens6: a b c d e f g h i j k l m n o p")]
    [InlineData("ens6: -1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16")]
    [InlineData("ens6: 18446744073709551616 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16")]
    public void A_line_of_another_form_is_left_out(string text) => Assert.Empty(TrafficTable.Parse(text));

    [Fact]
    public void The_kernel_of_this_machine_writes_it_so() => Assert.Equal(8, TrafficTable.Parse(File.ReadAllText(TrafficTable.File))["lo"].Count);
}
