using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace MultiEni.Operator.Diagnostics;

/// <summary>
/// Collects the instruments of the meters whose names start with a prefix and writes them in the Prometheus text format, under
/// exactly the instruments' names. Histograms use the bucket boundaries of their advice.
/// </summary>
public sealed class PrometheusExporter : IDisposable
{
    private readonly MeterListener listener = new();
    private readonly ConcurrentDictionary<string, MetricFamily> families = new();
    private readonly Lock rendering = new();
    private readonly TimeProvider time;
    private readonly long start;

    /// <summary>Starts to listen, also to instruments that exist already; what they measured before is lost.</summary>
    /// <param name="meterPrefix">Start of the names of the meters to collect.</param>
    /// <param name="time">Clock of the uptime.</param>
    public PrometheusExporter(string meterPrefix, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(meterPrefix);
        ArgumentNullException.ThrowIfNull(time);
        this.time = time;
        start = time.GetTimestamp();
        listener.InstrumentPublished = (instrument, subscriber) =>
        {
            if (instrument.Meter.Name.StartsWith(meterPrefix, StringComparison.Ordinal))
            {
                subscriber.EnableMeasurementEvents(instrument, families.GetOrAdd(instrument.Name, _ => MetricFamily.For(instrument)));
            }
        };
        listener.SetMeasurementEventCallback<byte>(static (_, value, tags, family) => Record(family, value, tags));
        listener.SetMeasurementEventCallback<short>(static (_, value, tags, family) => Record(family, value, tags));
        listener.SetMeasurementEventCallback<int>(static (_, value, tags, family) => Record(family, value, tags));
        listener.SetMeasurementEventCallback<long>(static (_, value, tags, family) => Record(family, value, tags));
        listener.SetMeasurementEventCallback<float>(static (_, value, tags, family) => Record(family, value, tags));
        listener.SetMeasurementEventCallback<double>(static (_, value, tags, family) => Record(family, value, tags));
        listener.SetMeasurementEventCallback<decimal>(static (_, value, tags, family) => Record(family, (double)value, tags));
        listener.Start();
    }

    /// <summary>Everything as text, with process metrics; families in order of their names.</summary>
    public string Render()
    {
        // One at a time: observable instruments are read into the families first.
        lock (rendering)
        {
            foreach (var family in families.Values)
            {
                family.ForgetObserved();
            }

            listener.RecordObservableInstruments();
            var text = new PrometheusText();
            foreach (var family in families.Values.OrderBy(family => family.Name, StringComparer.Ordinal))
            {
                family.Write(text);
            }

            ProcessMetrics.Write(text, time.GetElapsedTime(start));
            return text.ToString();
        }
    }

    /// <summary>Stops listening.</summary>
    public void Dispose() => listener.Dispose();

    private static void Record(object? family, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        ((MetricFamily)family!).Record(value, tags);
}
