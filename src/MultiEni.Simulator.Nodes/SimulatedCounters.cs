namespace MultiEni.Simulator.Nodes;

/// <summary>What the driver of an interface counts, in the shape of the wire protocol.</summary>
/// <param name="BusAddress">PCI address; empty for an interface without a device.</param>
/// <param name="Values">The counters.</param>
public sealed record SimulatedCounters(string BusAddress, IReadOnlyList<SimulatedCounter> Values)
{
    /// <summary>
    /// Names of the counters of an elastic network adapter, in its order (<c>ena_ethtool.c</c> of
    /// github.com/amzn/amzn-drivers), with one queue and those of its counters that say something of
    /// a node's health.
    /// </summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "total_resets",
        "reset_fail",
        "tx_timeout",
        "wd_expired",
        "admin_q_pause",
        "missing_tx_cmpl",
        "device_request_reset",
        "suspend",
        "resume",
        "interface_down",
        "interface_up",
        "bw_in_allowance_exceeded",
        "bw_out_allowance_exceeded",
        "pps_allowance_exceeded",
        "conntrack_allowance_exceeded",
        "linklocal_allowance_exceeded",
        "conntrack_allowance_available",
        "queue_0_tx_cnt",
        "queue_0_tx_bytes",
        "queue_0_tx_missed_tx",
        "queue_0_rx_cnt",
        "queue_0_rx_bytes",
        "ena_admin_q_aborted_cmd",
    ];
}

/// <summary>One counter.</summary>
/// <param name="Name">The driver's name of it.</param>
/// <param name="Value">Its value.</param>
public readonly record struct SimulatedCounter(string Name, ulong Value);
