using MultiEni.Manager.Counters;
using MultiEni.Manager.Host;

namespace MultiEni.Manager.Tests.Counters;

public sealed class PortSamplesTests
{
    [Fact]
    public void A_port_has_the_metrics_of_an_interface() =>
        Assert.Equal(
            [
                new(EniMetric.LinkUp, null, 1),
                new(EniMetric.Packets, "receive", 10),
                new(EniMetric.Bytes, "transmit", 40),
                new(EniMetric.Drops, "receive", 7),
                new(EniMetric.AllowanceExceeded, "packets", 9),
            ],
            PortSamples.Of(
                new DpdkPort(
                    true,
                    [new("ipackets", 10), new("obytes", 40), new("imissed", 5), new("rx_nombuf", 2)],
                    [new("pps_allowance_exceeded", 9)]
                ),
                CounterAllowlist.Ena
            )
        );

    /// <summary>A program may tell anything.</summary>
    [Fact]
    public void A_port_makes_no_series_but_those_on_the_lists() =>
        Assert.Empty(
            PortSamples.Of(
                new DpdkPort(
                    null,
                    [new("pps_allowance_exceeded", 1), new("q_ipackets", 1), new("x", 1)],
                    [new("ibytes", 1), new("made_up{a=\"b\"}", 1)]
                ),
                CounterAllowlist.Ena
            )
        );
}
