using MultiEni.Manager.Counters;

namespace MultiEni.Cli.Top;

/// <summary>What happened on a node's ENIs between two scrapes. Pure.</summary>
internal static class EniRates
{
    private const int BitsPerByte = 8;

    /// <summary>Whether a metric is needed, by its name.</summary>
    public static bool Needs(string metric) => Metrics.Contains(metric);

    /// <summary>The rates, in the order in which the ENI manager lists its ENIs.</summary>
    /// <param name="before">The first scrape.</param>
    /// <param name="after">The second scrape.</param>
    /// <param name="elapsed">The time between them.</param>
    public static IReadOnlyList<TopEni> Of(IReadOnlyList<MetricSample> before, IReadOnlyList<MetricSample> after, TimeSpan elapsed)
    {
        var then = before.ToLookup(sample => sample.Label("eni"), StringComparer.Ordinal);
        var now = after.ToLookup(sample => sample.Label("eni"), StringComparer.Ordinal);
        return
        [
            .. after
                .Where(sample => sample.Name == EniMetric.SourceName)
                .Select(source => Of(source, [.. then[source.Label("eni")]], [.. now[source.Label("eni")]], elapsed)),
        ];
    }

    private static readonly HashSet<string> Metrics = new(
        [
            EniMetric.SourceName,
            EniMetric.BytesName,
            EniMetric.PacketsName,
            EniMetric.DropsName,
            EniMetric.AllowanceExceededName,
            EniMetric.ConnectionsAvailableName,
        ],
        StringComparer.Ordinal
    );

    private static TopEni Of(MetricSample source, IReadOnlyList<MetricSample> before, IReadOnlyList<MetricSample> after, TimeSpan elapsed)
    {
        var pod = source.Label("pod");
        return new TopEni
        {
            Node = source.Label("node"),
            Eni = source.Label("eni"),
            NodeEni = source.Label("nodeeni"),
            Subnet = source.Label("subnet"),
            Pod =
                pod.Length == 0 ? null
                : source.Label("namespace") is { Length: > 0 } space ? $"{space}/{pod}"
                : pod,
            Source = source.Label("source"),
            ReceiveBitsPerSecond = Rate(EniMetric.BytesName, EniMetric.DirectionLabel, "receive") * BitsPerByte,
            TransmitBitsPerSecond = Rate(EniMetric.BytesName, EniMetric.DirectionLabel, "transmit") * BitsPerByte,
            ReceivePacketsPerSecond = Rate(EniMetric.PacketsName, EniMetric.DirectionLabel, "receive"),
            TransmitPacketsPerSecond = Rate(EniMetric.PacketsName, EniMetric.DirectionLabel, "transmit"),
            DropsPerSecond =
                Rate(EniMetric.DropsName, EniMetric.DirectionLabel, "receive") + Rate(EniMetric.DropsName, EniMetric.DirectionLabel, "transmit"),
            AllowanceExceededPerSecond = Allowances(),
            ConnectionsAvailable = after.FirstOrDefault(sample => sample.Name == EniMetric.ConnectionsAvailableName)?.Value,
        };

        SortedDictionary<string, double>? Allowances()
        {
            var rates = new SortedDictionary<string, double>(StringComparer.Ordinal);
            foreach (var sample in after.Where(sample => sample.Name == EniMetric.AllowanceExceededName))
            {
                var allowance = sample.Label(EniMetric.AllowanceLabel);
                if (Rate(EniMetric.AllowanceExceededName, EniMetric.AllowanceLabel, allowance) is { } rate)
                {
                    rates[allowance] = rate;
                }
            }

            return rates.Count > 0 ? rates : null;
        }

        // A counter that began anew says nothing of the time between.
        double? Rate(string metric, string label, string value) =>
            Value(before, metric, label, value) is { } first
            && Value(after, metric, label, value) is { } last
            && last >= first
            && elapsed > TimeSpan.Zero
                ? (last - first) / elapsed.TotalSeconds
                : null;
    }

    private static double? Value(IEnumerable<MetricSample> samples, string metric, string label, string value) =>
        samples.FirstOrDefault(sample => sample.Name == metric && sample.Label(label) == value)?.Value;
}
