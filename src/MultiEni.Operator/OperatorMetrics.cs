using System.Diagnostics.Metrics;

namespace MultiEni.Operator;

/// <summary>
/// The runtime's own metrics, under the names that other Kubernetes controllers use for the same
/// things.
/// </summary>
/// <param name="meter">The meter of the process, or of one simulated process of several.</param>
public sealed class OperatorMetrics(Meter meter)
{
    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    };

    internal UpDownCounter<long> QueueDepth { get; } = meter.CreateUpDownCounter<long>("workqueue_depth", null, "Keys waiting in the work queue.");

    internal Counter<long> QueueAdds { get; } = meter.CreateCounter<long>("workqueue_adds_total", null, "Keys added to the work queue.");

    internal Counter<long> QueueRetries { get; } = meter.CreateCounter<long>("workqueue_retries_total", null, "Keys requeued with backoff.");

    internal Histogram<double> QueueWait { get; } =
        meter.CreateHistogram("workqueue_queue_duration_seconds", null, "Time that keys wait in the work queue.", null, Seconds);

    internal Counter<long> Reconciles { get; } =
        meter.CreateCounter<long>("reconcile_total", null, "Reconciles by result: success, requeue_after or error.");

    internal Histogram<double> ReconcileTime { get; } =
        meter.CreateHistogram("reconcile_duration_seconds", null, "Duration of a reconcile.", null, Seconds);

    internal Counter<long> InformerLists { get; } = meter.CreateCounter<long>("informer_lists_total", null, "Full lists by informers.");

    internal Counter<long> InformerFailures { get; } = meter.CreateCounter<long>("informer_failures_total", null, "Failed lists and watches.");

    internal Counter<long> EventsDropped { get; } = meter.CreateCounter<long>("events_dropped_total", null, "Events that could not be recorded.");
}
