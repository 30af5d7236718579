using MultiEni.Manager.Counters;
using MultiEni.Manager.Host;
using MultiEni.Simulator.Nodes;

namespace MultiEni.Manager.Tests.Counters;

public sealed class CounterAllowlistTests
{
    [Theory]
    [InlineData("bw_in_allowance_exceeded", "aws_multi_eni_allowance_exceeded_total", "bandwidth_in")]
    [InlineData("bw_out_allowance_exceeded", "aws_multi_eni_allowance_exceeded_total", "bandwidth_out")]
    [InlineData("pps_allowance_exceeded", "aws_multi_eni_allowance_exceeded_total", "packets")]
    [InlineData("conntrack_allowance_exceeded", "aws_multi_eni_allowance_exceeded_total", "connections")]
    [InlineData("linklocal_allowance_exceeded", "aws_multi_eni_allowance_exceeded_total", "link_local")]
    [InlineData("conntrack_allowance_available", "aws_multi_eni_connections_available", null)]
    [InlineData("ena_srd_mode", "aws_multi_eni_ena_express_mode", null)]
    [InlineData("ena_srd_tx_pkts", "aws_multi_eni_ena_express_packets_total", "transmitted")]
    [InlineData("total_resets", "aws_multi_eni_driver_events_total", "reset")]
    [InlineData("wd_expired", "aws_multi_eni_driver_events_total", "keep_alive_timeout")]
    [InlineData("queue_17_tx_missed_tx", "aws_multi_eni_driver_events_total", "missed_transmit")]
    public void A_counter_of_the_elastic_network_adapter_has_its_metric(string counter, string metric, string? label)
    {
        var sample = Assert.Single(CounterAllowlist.Ena.Select([new DriverCounter(counter, 5)]));
        Assert.Equal((metric, label, 5d), (sample.Metric.Name, sample.LabelValue, sample.Value));
    }

    [Theory]
    [InlineData("")]
    [InlineData("queue_0_rx_bytes")]
    [InlineData("queue__tx_missed_tx")]
    [InlineData("queue_x_tx_missed_tx")]
    [InlineData("queue_*_tx_missed_tx_")]
    [InlineData("queue_1")]
    [InlineData("TX_TIMEOUT")]
    [InlineData("rx_packets")]
    [InlineData("pod=\"x\"} 1\naws_multi_eni_traffic_bytes_total")]
    public void What_is_not_on_the_list_is_left_out(string counter) => Assert.Empty(CounterAllowlist.Ena.Select([new DriverCounter(counter, 5)]));

    [Fact]
    public void The_counters_of_all_queues_are_added_up()
    {
        var samples = CounterAllowlist.Ena.Select([
            new DriverCounter("queue_0_tx_missed_tx", 1),
            new DriverCounter("tx_timeout", 9),
            new DriverCounter("queue_1_tx_missed_tx", ulong.MaxValue),
            new DriverCounter("queue_31_tx_missed_tx", 2),
        ]);
        Assert.Equal(
            [("missed_transmit", 1d + ulong.MaxValue + 2), ("transmit_timeout", 9d)],
            samples.Select(sample => (sample.LabelValue!, sample.Value))
        );
    }

    /// <summary>e1000e counts other things; the list is all that differs.</summary>
    [Fact]
    public void Another_driver_needs_another_list_and_nothing_else()
    {
        var list = new CounterAllowlist(
            new Dictionary<string, CounterTarget> { ["rx_missed_errors"] = new(EniMetric.DriverEvents, "receive_overrun") }
        );
        Assert.Empty(CounterAllowlist.Ena.Select([new DriverCounter("rx_missed_errors", 4)]));
        Assert.Equal([new EniSample(EniMetric.DriverEvents, "receive_overrun", 4)], list.Select([new DriverCounter("rx_missed_errors", 4)]));
    }

    [Fact]
    public void Every_metric_that_the_list_names_is_shown() =>
        Assert.Empty(
            CounterAllowlist
                .Ena.Select(CounterAllowlist.Ena.Names.Select(name => new DriverCounter(name, 1)))
                .Select(sample => sample.Metric)
                .Except(EniMetric.All)
        );

    [Fact]
    public void A_simulated_adapter_counts_what_the_list_asks_for() =>
        Assert.Superset(
            CounterAllowlist
                .Ena.Names.Where(name => !name.StartsWith("ena_srd", StringComparison.Ordinal) && name != "rx_overruns")
                .Select(name => name.Replace('*', '0'))
                .ToHashSet(),
            SimulatedCounters.Names.ToHashSet()
        );
}
