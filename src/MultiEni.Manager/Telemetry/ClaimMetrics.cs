using System.Diagnostics.Metrics;

namespace MultiEni.Manager.Telemetry;

/// <summary>The instruments of a node's DRA driver.</summary>
internal sealed class ClaimMetrics
{
    private readonly string _node;
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _errors;

    /// <summary>Instruments of one node.</summary>
    /// <param name="meter">The meter of the process.</param>
    /// <param name="node">The node, as a label.</param>
    /// <param name="prepared">Number of prepared claims at present; null if unknown.</param>
    public ClaimMetrics(Meter meter, string node, Func<int?> prepared)
    {
        _node = node;
        _duration = meter.CreateHistogram(
            "aws_multi_eni_claim_operation_duration_seconds",
            "s",
            "Duration of the kubelet's calls to prepare or unprepare a claim.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40] }
        );
        _errors = meter.CreateCounter<long>(
            "aws_multi_eni_claim_errors_total",
            description: "Refused calls to prepare or unprepare a claim, by reason."
        );
        meter.CreateObservableGauge(
            "aws_multi_eni_prepared_claims",
            () => prepared() is { } count ? (Measurement<int>[])[new Measurement<int>(count, Label("node", node))] : [],
            description: "Claims that are prepared."
        );
    }

    /// <summary>A call of the kubelet for one claim ended.</summary>
    /// <param name="operation"><c>prepare</c> or <c>unprepare</c>.</param>
    /// <param name="reason">Why it was refused; null for success.</param>
    /// <param name="duration">How long it took.</param>
    public void Ended(string operation, string? reason, TimeSpan duration)
    {
        _duration.Record(
            duration.TotalSeconds,
            Label("operation", operation),
            Label("status", reason is null ? "success" : "error"),
            Label("node", _node)
        );
        if (reason is not null)
        {
            _errors.Add(1, Label("operation", operation), Label("error_type", reason), Label("node", _node));
        }
    }

    private static KeyValuePair<string, object?> Label(string key, string value) => new(key, value);
}
