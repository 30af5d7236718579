using System.Runtime.InteropServices;
using MultiEni.Manager.Host;

namespace MultiEni.Manager.Counters;

/// <summary>
/// Which of a driver's counters become metrics. All others are left out, so that neither a driver
/// nor a program can make series at will. Pure.
/// </summary>
/// <param name="targets">
/// The metric by the driver's name of the counter. In counters of a queue the queue's number reads
/// <c>*</c>; they are added up over all queues.
/// </param>
internal sealed class CounterAllowlist(IReadOnlyDictionary<string, CounterTarget> targets)
{
    private const string QueuePrefix = "queue_";
    private const string AnyQueue = "queue_*_";

    /// <summary>
    /// Those of the elastic network adapter, under the names of its Linux driver
    /// (<c>ena_ethtool.c</c> of github.com/amzn/amzn-drivers) and of DPDK's
    /// (<c>drivers/net/ena/ena_ethdev.c</c>), which agree. Which of them exist depends on driver and
    /// instance type.
    /// </summary>
    public static CounterAllowlist Ena { get; } =
        new(
            new Dictionary<string, CounterTarget>(StringComparer.Ordinal)
            {
                ["bw_in_allowance_exceeded"] = new(EniMetric.AllowanceExceeded, "bandwidth_in"),
                ["bw_out_allowance_exceeded"] = new(EniMetric.AllowanceExceeded, "bandwidth_out"),
                ["pps_allowance_exceeded"] = new(EniMetric.AllowanceExceeded, "packets"),
                ["conntrack_allowance_exceeded"] = new(EniMetric.AllowanceExceeded, "connections"),
                ["linklocal_allowance_exceeded"] = new(EniMetric.AllowanceExceeded, "link_local"),
                ["conntrack_allowance_available"] = new(EniMetric.ConnectionsAvailable),
                ["ena_srd_mode"] = new(EniMetric.ExpressMode),
                ["ena_srd_tx_pkts"] = new(EniMetric.ExpressPackets, "transmitted"),
                ["ena_srd_rx_pkts"] = new(EniMetric.ExpressPackets, "received"),
                ["ena_srd_eligible_tx_pkts"] = new(EniMetric.ExpressPackets, "eligible"),
                ["ena_srd_resource_utilization"] = new(EniMetric.ExpressUtilization),
                ["total_resets"] = new(EniMetric.DriverEvents, "reset"),
                ["reset_fail"] = new(EniMetric.DriverEvents, "reset_failed"),
                ["device_request_reset"] = new(EniMetric.DriverEvents, "reset_requested"),
                ["wd_expired"] = new(EniMetric.DriverEvents, "keep_alive_timeout"),
                ["tx_timeout"] = new(EniMetric.DriverEvents, "transmit_timeout"),
                ["missing_tx_cmpl"] = new(EniMetric.DriverEvents, "missing_completion"),
                ["admin_q_pause"] = new(EniMetric.DriverEvents, "admin_queue_pause"),
                ["interface_down"] = new(EniMetric.DriverEvents, "interface_down"),
                ["rx_overruns"] = new(EniMetric.DriverEvents, "receive_overrun"),
                [AnyQueue + "tx_missed_tx"] = new(EniMetric.DriverEvents, "missed_transmit"),
            }
        );

    /// <summary>The driver's names of the counters, in order.</summary>
    public IEnumerable<string> Names => targets.Keys.Order(StringComparer.Ordinal);

    /// <summary>The samples that a driver's counters make, in the order of the counters.</summary>
    public IReadOnlyList<EniSample> Select(IEnumerable<DriverCounter> counters)
    {
        var order = new List<CounterTarget>();
        var sums = new Dictionary<CounterTarget, double>();
        foreach (var counter in counters)
        {
            if (targets.TryGetValue(WithoutQueue(counter.Name), out var target))
            {
                ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(sums, target, out var isKnown);
                sum += counter.Value;
                if (!isKnown)
                {
                    order.Add(target);
                }
            }
        }

        return [.. order.Select(target => new EniSample(target.Metric, target.LabelValue, sums[target]))];
    }

    private static string WithoutQueue(string name)
    {
        if (!name.StartsWith(QueuePrefix, StringComparison.Ordinal))
        {
            return name;
        }

        var number = name.AsSpan(QueuePrefix.Length);
        var end = number.IndexOf('_');
        return end > 0 && !number[..end].ContainsAnyExceptInRange('0', '9') ? string.Concat(AnyQueue, number[(end + 1)..]) : name;
    }
}

/// <summary>What a counter becomes.</summary>
/// <param name="Metric">The metric.</param>
/// <param name="LabelValue">Value of the metric's own label; null when it has none.</param>
internal readonly record struct CounterTarget(EniMetric Metric, string? LabelValue = null);
