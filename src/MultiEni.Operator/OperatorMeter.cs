using System.Diagnostics.Metrics;

namespace MultiEni.Operator;

/// <summary>The runtime's own metrics, under the names that other Kubernetes controllers use for the same things.</summary>
internal static class OperatorMeter
{
    private static readonly Meter Meter = new("MultiEni.Operator");

    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    };

    public static readonly UpDownCounter<long> QueueDepth = Meter.CreateUpDownCounter<long>(
        "workqueue_depth",
        null,
        "Keys ready and not yet taken by a worker."
    );

    public static readonly Counter<long> QueueAdds = Meter.CreateCounter<long>("workqueue_adds_total", null, "Keys made ready.");

    public static readonly Counter<long> QueueRetries = Meter.CreateCounter<long>("workqueue_retries_total", null, "Keys put back with backoff.");

    public static readonly Histogram<double> QueueWait = Meter.CreateHistogram(
        "workqueue_queue_duration_seconds",
        null,
        "Time between a key becoming ready and a worker taking it.",
        null,
        Seconds
    );

    public static readonly Counter<long> Reconciles = Meter.CreateCounter<long>(
        "reconcile_total",
        null,
        "Finished reconciles by result: success, requeue_after or error."
    );

    public static readonly Histogram<double> ReconcileTime = Meter.CreateHistogram(
        "reconcile_duration_seconds",
        null,
        "Duration of one reconcile.",
        null,
        Seconds
    );

    public static readonly Counter<long> InformerLists = Meter.CreateCounter<long>(
        "informer_lists_total",
        null,
        "Complete lists fetched by informers."
    );

    public static readonly Counter<long> InformerFailures = Meter.CreateCounter<long>(
        "informer_failures_total",
        null,
        "Lists and watches that broke."
    );

    public static readonly Counter<long> EventsDropped = Meter.CreateCounter<long>(
        "events_dropped_total",
        null,
        "Events that could not be recorded."
    );
}
