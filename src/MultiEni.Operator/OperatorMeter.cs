using System.Diagnostics.Metrics;

namespace MultiEni.Operator;

/// <summary>The runtime's metrics, with the names that other Kubernetes controllers use.</summary>
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
        "Keys waiting in the work queue."
    );

    public static readonly Counter<long> QueueAdds = Meter.CreateCounter<long>("workqueue_adds_total", null, "Keys added to the work queue.");

    public static readonly Counter<long> QueueRetries = Meter.CreateCounter<long>("workqueue_retries_total", null, "Keys requeued with backoff.");

    public static readonly Histogram<double> QueueWait = Meter.CreateHistogram(
        "workqueue_queue_duration_seconds",
        null,
        "Time that keys wait in the work queue.",
        null,
        Seconds
    );

    public static readonly Counter<long> Reconciles = Meter.CreateCounter<long>(
        "reconcile_total",
        null,
        "Reconciles by result: success, requeue_after or error."
    );

    public static readonly Histogram<double> ReconcileTime = Meter.CreateHistogram(
        "reconcile_duration_seconds",
        null,
        "Duration of a reconcile.",
        null,
        Seconds
    );

    public static readonly Counter<long> InformerLists = Meter.CreateCounter<long>("informer_lists_total", null, "Full lists by informers.");

    public static readonly Counter<long> InformerFailures = Meter.CreateCounter<long>("informer_failures_total", null, "Failed lists and watches.");

    public static readonly Counter<long> EventsDropped = Meter.CreateCounter<long>(
        "events_dropped_total",
        null,
        "Events that could not be recorded."
    );
}
