using System.Globalization;

namespace MultiEni.Operator.Diagnostics;

/// <summary>The values of one combination of labels.</summary>
internal sealed class MetricSeries(double[] bounds)
{
    private readonly long[] _buckets = new long[bounds.Length];
    private long _count;

    /// <summary>Sum or last value.</summary>
    public double Value { get; private set; }

    /// <summary>Takes a measurement; a histogram counts it, a sum adds it, anything else keeps it.</summary>
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
