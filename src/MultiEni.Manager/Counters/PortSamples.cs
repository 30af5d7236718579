using MultiEni.Manager.Host;

namespace MultiEni.Manager.Counters;

/// <summary>The samples of an ENI that a DPDK program drives. Pure.</summary>
internal static class PortSamples
{
    // struct rte_eth_stats of DPDK: what no driver adds to.
    private static readonly CounterAllowlist Statistics = new(
        new Dictionary<string, CounterTarget>(StringComparer.Ordinal)
        {
            ["ibytes"] = new(EniMetric.Bytes, "receive"),
            ["obytes"] = new(EniMetric.Bytes, "transmit"),
            ["ipackets"] = new(EniMetric.Packets, "receive"),
            ["opackets"] = new(EniMetric.Packets, "transmit"),
            ["imissed"] = new(EniMetric.Drops, "receive"),
            ["rx_nombuf"] = new(EniMetric.Drops, "receive"),
            ["ierrors"] = new(EniMetric.Errors, "receive"),
            ["oerrors"] = new(EniMetric.Errors, "transmit"),
        }
    );

    /// <summary>The samples of a port.</summary>
    /// <param name="port">What the program tells of it.</param>
    /// <param name="allowlist">Which of the driver's counters are shown.</param>
    public static IReadOnlyList<EniSample> Of(DpdkPort port, CounterAllowlist allowlist) =>
        [
            .. port.IsUp is { } up ? [new EniSample(EniMetric.LinkUp, null, up ? 1 : 0)] : Array.Empty<EniSample>(),
            .. Statistics.Select(port.Statistics),
            .. allowlist.Select(port.Extended),
        ];
}
