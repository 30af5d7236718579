using System.Diagnostics.Metrics;
using System.Globalization;

namespace MultiEni.Operator.Diagnostics;

/// <summary>All series of one instrument name.</summary>
internal sealed class MetricFamily
{
    // A label that takes its values from users' input must not be able to fill the memory.
    private const int MaximumSeries = 5000;
    private const string Overflow = "overflow=\"true\"";
    private static readonly double[] DefaultBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, MetricSeries> _series = new(StringComparer.Ordinal);
    private readonly string _type;
    private readonly string _help;
    private readonly bool _isObserved;
    private readonly bool _isSum;
    private readonly double[] _bounds;

    private MetricFamily(Instrument instrument, string type, bool isSum, double[] bounds)
    {
        Name = instrument.Name;
        _help = instrument.Description ?? "";
        _isObserved = instrument.IsObservable;
        _type = type;
        _isSum = isSum;
        _bounds = bounds;
    }

    /// <summary>The instrument's name, verbatim.</summary>
    public string Name { get; }

    /// <summary>The family for a kind of instrument.</summary>
    public static MetricFamily For(Instrument instrument)
    {
        var definition = instrument.GetType().GetGenericTypeDefinition();
        if (definition == typeof(Histogram<>))
        {
            return new(instrument, "histogram", false, Bounds(instrument));
        }

        if (definition == typeof(Counter<>))
        {
            return new(instrument, "counter", true, []);
        }

        // An observable counter reports its total, not what was added.
        return definition == typeof(ObservableCounter<>) ? new(instrument, "counter", false, [])
            : definition == typeof(UpDownCounter<>) ? new(instrument, "gauge", true, [])
            : new(instrument, "gauge", false, []);
    }

    /// <summary>Takes a measurement.</summary>
    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = PrometheusText.Labels(tags);
        lock (_gate)
        {
            if (!_series.TryGetValue(labels, out var entry))
            {
                labels = _series.Count < MaximumSeries ? labels : Overflow;
                if (!_series.TryGetValue(labels, out entry))
                {
                    _series.Add(labels, entry = new MetricSeries(_bounds));
                }
            }

            entry.Record(value, _isSum);
        }
    }

    /// <summary>
    /// Before a new observation: a series that is not observed any more must not keep its last
    /// value.
    /// </summary>
    public void ForgetObserved()
    {
        if (_isObserved)
        {
            lock (_gate)
            {
                _series.Clear();
            }
        }
    }

    /// <summary>Writes the family.</summary>
    public void Write(PrometheusText text)
    {
        text.Head(Name, _type, _help);
        lock (_gate)
        {
            foreach (var (labels, entry) in _series)
            {
                if (_type == "histogram")
                {
                    entry.WriteHistogram(text, Name, labels);
                }
                else
                {
                    text.Sample(Name, labels, entry.Value);
                }
            }
        }
    }

    private static double[] Bounds(Instrument instrument) =>
        instrument switch
        {
            Histogram<double> { Advice.HistogramBucketBoundaries: { } advised } => [.. advised],
            Histogram<long> { Advice.HistogramBucketBoundaries: { } advised } => [.. advised.Select(bound => (double)bound)],
            Histogram<int> { Advice.HistogramBucketBoundaries: { } advised } => [.. advised.Select(bound => (double)bound)],
            _ => DefaultBounds,
        };
}

/// <summary>The values of one combination of labels.</summary>
internal sealed class MetricSeries(double[] bounds)
{
    private readonly long[] _buckets = new long[bounds.Length];
    private long _count;

    /// <summary>Sum or last value.</summary>
    public double Value { get; private set; }

    /// <summary>
    /// Takes a measurement; a histogram counts it, a sum adds it, anything else keeps it.
    /// </summary>
    public void Record(double value, bool isSum)
    {
        if (bounds.Length == 0)
        {
            Value = isSum ? Value + value : value;
            return;
        }

        _count++;
        Value += value;
        var index = Array.FindIndex(bounds, bound => value <= bound);
        if (index >= 0)
        {
            _buckets[index]++;
        }
    }

    /// <summary>Writes cumulative buckets, sum and count.</summary>
    public void WriteHistogram(PrometheusText text, string name, string labels)
    {
        var before = labels.Length == 0 ? "" : labels + ",";
        var cumulative = 0L;
        for (var i = 0; i < bounds.Length; i++)
        {
            cumulative += _buckets[i];
            text.Sample($"{name}_bucket", $"{before}le=\"{bounds[i].ToString(CultureInfo.InvariantCulture)}\"", cumulative);
        }

        text.Sample($"{name}_bucket", $"{before}le=\"+Inf\"", _count);
        text.Sample($"{name}_sum", labels, Value);
        text.Sample($"{name}_count", labels, _count);
    }
}
