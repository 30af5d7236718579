namespace MultiEni.Manager.Counters;

/// <summary>A metric of which each ENI of the node has its own series (docs/metrics.md#enis).</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsCounter">Whether it only grows; otherwise it is a gauge.</param>
/// <param name="Description">What it is, in a sentence.</param>
/// <param name="Label">
/// The label by which an ENI has several series of it; null when it has one.
/// </param>
internal sealed record EniMetric(string Name, bool IsCounter, string Description, string? Label = null)
{
    /// <summary>Name of <see cref="Source"/>.</summary>
    /// <remarks>
    /// Names are constants, so that kubectl-eni, which reads them in scrapes, does not contain the
    /// agent.
    /// </remarks>
    public const string SourceName = "aws_multi_eni_counter_source";

    /// <summary>Name of <see cref="Bytes"/>.</summary>
    public const string BytesName = "aws_multi_eni_traffic_bytes_total";

    /// <summary>Name of <see cref="Packets"/>.</summary>
    public const string PacketsName = "aws_multi_eni_traffic_packets_total";

    /// <summary>Name of <see cref="Drops"/>.</summary>
    public const string DropsName = "aws_multi_eni_traffic_drops_total";

    /// <summary>Name of <see cref="AllowanceExceeded"/>.</summary>
    public const string AllowanceExceededName = "aws_multi_eni_allowance_exceeded_total";

    /// <summary>Name of <see cref="ConnectionsAvailable"/>.</summary>
    public const string ConnectionsAvailableName = "aws_multi_eni_connections_available";

    /// <summary>The label of traffic.</summary>
    public const string DirectionLabel = "direction";

    /// <summary>The label of allowances.</summary>
    public const string AllowanceLabel = "allowance";

    /// <summary>From whom the numbers of an ENI are.</summary>
    public static EniMetric Source { get; } =
        new(SourceName, IsCounter: false, "1 for each ENI, with the source of its counters: kernel, dpdk or none.", "source");

    /// <summary>Whether the link is up.</summary>
    public static EniMetric LinkUp { get; } = new("aws_multi_eni_link_up", IsCounter: false, "1 if the link of the ENI is up, otherwise 0.");

    /// <summary>Bytes.</summary>
    public static EniMetric Bytes { get; } = new(BytesName, IsCounter: true, "Bytes of an ENI by direction.", DirectionLabel);

    /// <summary>Packets.</summary>
    public static EniMetric Packets { get; } = new(PacketsName, IsCounter: true, "Packets of an ENI by direction.", DirectionLabel);

    /// <summary>Packets that were dropped on the node.</summary>
    public static EniMetric Drops { get; } = new(DropsName, IsCounter: true, "Packets of an ENI dropped on the node, by direction.", DirectionLabel);

    /// <summary>Packets with errors.</summary>
    public static EniMetric Errors { get; } =
        new("aws_multi_eni_traffic_errors_total", IsCounter: true, "Packets of an ENI with errors, by direction.", DirectionLabel);

    /// <summary>What EC2 queued or dropped.</summary>
    public static EniMetric AllowanceExceeded { get; } =
        new(
            AllowanceExceededName,
            IsCounter: true,
            "Packets queued or dropped because an allowance of the instance was exceeded, by allowance.",
            AllowanceLabel
        );

    /// <summary>Connections that can still be tracked.</summary>
    public static EniMetric ConnectionsAvailable { get; } =
        new(ConnectionsAvailableName, IsCounter: false, "Connections that the instance can still track.");

    /// <summary>Whether ENA Express is on.</summary>
    public static EniMetric ExpressMode { get; } =
        new("aws_multi_eni_ena_express_mode", IsCounter: false, "ENA Express: 0 off, 1 on for TCP, 3 on for TCP and UDP.");

    /// <summary>Packets and ENA Express.</summary>
    public static EniMetric ExpressPackets { get; } =
        new(
            "aws_multi_eni_ena_express_packets_total",
            IsCounter: true,
            "Packets with ENA Express: transmitted, received, or eligible for it when transmitted.",
            "kind"
        );

    /// <summary>How much of what ENA Express needs is in use.</summary>
    public static EniMetric ExpressUtilization { get; } =
        new(
            "aws_multi_eni_ena_express_resource_utilization",
            IsCounter: false,
            "Part of the memory for connections of ENA Express that is in use, in percent."
        );

    /// <summary>What goes wrong in the driver.</summary>
    public static EniMetric DriverEvents { get; } =
        new("aws_multi_eni_driver_events_total", IsCounter: true, "Events that the ENI's driver counts, such as resets, by event.", "event");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<EniMetric> All { get; } =
    [
        Source,
        LinkUp,
        Bytes,
        Packets,
        Drops,
        Errors,
        AllowanceExceeded,
        ConnectionsAvailable,
        ExpressMode,
        ExpressPackets,
        ExpressUtilization,
        DriverEvents,
    ];
}

/// <summary>A value of a metric.</summary>
/// <param name="Metric">The metric.</param>
/// <param name="LabelValue">Value of the metric's own label; null when it has none.</param>
/// <param name="Value">The value.</param>
internal readonly record struct EniSample(EniMetric Metric, string? LabelValue, double Value);
