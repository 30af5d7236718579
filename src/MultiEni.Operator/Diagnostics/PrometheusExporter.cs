using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace MultiEni.Operator.Diagnostics;

/// <summary>
/// Collects the instruments of a meter and writes them in the Prometheus text format, under exactly
/// the instruments' names. Histograms use the bucket boundaries of their advice.
/// </summary>
public sealed class PrometheusExporter : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<Instrument, MeterListener> _observed = new();
    private readonly HashSet<string> _failing = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, MetricFamily> _families = new();
    private readonly Lock _rendering = new();
    private readonly ConcurrentBag<Func<CancellationToken, Task>> _sources = [];
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly ILogger _logger;

    /// <summary>
    /// Starts to listen, also to instruments that exist already; what they measured before is lost.
    /// </summary>
    /// <param name="meter">The meter to collect.</param>
    /// <param name="time">Clock of the uptime.</param>
    /// <param name="logger">Log of instruments that cannot be read; null for none.</param>
    public PrometheusExporter(Meter meter, TimeProvider time, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(meter);
        ArgumentNullException.ThrowIfNull(time);
        _time = time;
        _logger = logger ?? NullLogger.Instance;
        _start = time.GetTimestamp();
        _listener.InstrumentPublished = (instrument, subscriber) =>
        {
            if (ReferenceEquals(instrument.Meter, meter))
            {
                var family = _families.GetOrAdd(instrument.Name, _ => MetricFamily.For(instrument));
                (instrument.IsObservable ? _observed.GetOrAdd(instrument, _ => Callbacks(new MeterListener())) : subscriber).EnableMeasurementEvents(
                    instrument,
                    family
                );
            }
        };
        Callbacks(_listener);
        _listener.Start();
    }

    /// <summary>
    /// From now on something is read before each scrape: what observable instruments show and cannot
    /// read themselves, because it takes time.
    /// </summary>
    /// <param name="read">Reads it, within a limit of its own, and does not throw.</param>
    public void ReadBeforeScrape(Func<CancellationToken, Task> read) => _sources.Add(read);

    /// <summary>As <see cref="Render"/>, after everything that is read before a scrape.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<string> RenderAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(_sources.Select(read => read(cancellationToken)));
        return Render();
    }

    /// <summary>
    /// Everything as text, with process metrics; families in order of their names.
    /// </summary>
    public string Render()
    {
        // One at a time: observable instruments are read into the families first.
        lock (_rendering)
        {
            foreach (var family in _families.Values)
            {
                family.ForgetObserved();
            }

            foreach (var (instrument, listener) in _observed)
            {
                Observe(instrument, listener);
            }

            var text = new PrometheusText();
            foreach (var family in _families.Values.OrderBy(family => family.Name, StringComparer.Ordinal))
            {
                family.Write(text);
            }

            ProcessMetrics.Write(text, _time.GetElapsedTime(_start));
            return text.ToString();
        }
    }

    /// <summary>Stops listening.</summary>
    public void Dispose()
    {
        _listener.Dispose();
        foreach (var listener in _observed.Values)
        {
            listener.Dispose();
        }
    }

    // Each with a listener of its own: one that cannot be read leaves the others on the page.
    private void Observe(Instrument instrument, MeterListener listener)
    {
        try
        {
            listener.RecordObservableInstruments();
            _failing.Remove(instrument.Name);
        }
        catch (AggregateException error)
        {
            // Half of the series would look like all of them.
            _families[instrument.Name].ForgetObserved();
            if (_failing.Add(instrument.Name))
            {
                OperatorLog.MetricUnreadable(_logger, error.InnerException ?? error, instrument.Name);
            }
        }
    }

    private static MeterListener Callbacks(MeterListener listener)
    {
        listener.SetMeasurementEventCallback<byte>(static (_, value, tags, family) => Record(family, value, tags));
        listener.SetMeasurementEventCallback<short>(static (_, value, tags, family) => Record(family, value, tags));
        listener.SetMeasurementEventCallback<int>(static (_, value, tags, family) => Record(family, value, tags));
        listener.SetMeasurementEventCallback<long>(static (_, value, tags, family) => Record(family, value, tags));
        listener.SetMeasurementEventCallback<float>(static (_, value, tags, family) => Record(family, value, tags));
        listener.SetMeasurementEventCallback<double>(static (_, value, tags, family) => Record(family, value, tags));
        listener.SetMeasurementEventCallback<decimal>(static (_, value, tags, family) => Record(family, (double)value, tags));
        return listener;
    }

    private static void Record(object? family, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        ((MetricFamily)family!).Record(value, tags);
}

/// <summary>Writes the Prometheus text format, version 0.0.4.</summary>
internal sealed class PrometheusText
{
    private readonly StringBuilder _text = new();

    /// <summary>Labels without braces, sorted by name, values escaped.</summary>
    public static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
        {
            return "";
        }

        var parts = new List<string>(tags.Length);
        foreach (var (name, value) in tags)
        {
            parts.Add($"{name}=\"{Escape(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "")}\"");
        }

        // The same labels in another order are the same series.
        parts.Sort(StringComparer.Ordinal);
        return string.Join(',', parts);
    }

    /// <summary>The two comment lines that begin a family.</summary>
    public void Head(string name, string type, string help)
    {
        if (help.Length > 0)
        {
            _text.Append("# HELP ").Append(name).Append(' ');
            _text.Append(help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)).Append('\n');
        }

        _text.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
    }

    /// <summary>One value.</summary>
    public void Sample(string name, string labels, double value)
    {
        _text.Append(name);
        if (labels.Length > 0)
        {
            _text.Append('{').Append(labels).Append('}');
        }

        _text.Append(' ').Append(Number(value)).Append('\n');
    }

    /// <inheritdoc />
    public override string ToString() => _text.ToString();

    private static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf"
        : double.IsNegativeInfinity(value) ? "-Inf"
        : value.ToString("R", CultureInfo.InvariantCulture);

    private static string Escape(string value) =>
        value
            .Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal);
}
