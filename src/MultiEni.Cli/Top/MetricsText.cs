using System.Globalization;
using System.Text;

namespace MultiEni.Cli.Top;

/// <summary>
/// The samples of an ENI manager in Prometheus' text format, version 0.0.4: what one line of it says
/// and no more. Pure.
/// </summary>
internal static class MetricsText
{
    /// <summary>The samples of some metrics; lines that cannot be read are left out.</summary>
    /// <param name="text">What <c>/metrics</c> answered.</param>
    /// <param name="isWanted">Whether a metric is wanted, by its name.</param>
    public static IReadOnlyList<MetricSample> Parse(string text, Func<string, bool> isWanted) =>
        [.. text.Split('\n').Select(line => ParseLine(line, isWanted)).OfType<MetricSample>()];

    private static MetricSample? ParseLine(string line, Func<string, bool> isWanted)
    {
        var end = line.AsSpan().IndexOfAny('{', ' ');
        if (line.StartsWith('#') || end <= 0 || !isWanted(line[..end]))
        {
            return null;
        }

        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        var rest = end;
        if (line[end] == '{' && (rest = ReadLabels(line, end + 1, labels)) < 0)
        {
            return null;
        }

        var value = line.AsSpan(rest).Trim();
        value = value.IndexOf(' ') is > 0 and var timestamp ? value[..timestamp] : value;
        return double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? new MetricSample(line[..end], labels, number)
            : null;
    }

    // Where the labels end; negative if they do not.
    private static int ReadLabels(string line, int position, Dictionary<string, string> labels)
    {
        while (position < line.Length && line[position] != '}')
        {
            var equals = line.IndexOf("=\"", position, StringComparison.Ordinal);
            if (equals < 0)
            {
                return -1;
            }

            var name = line[position..equals].Trim(',', ' ');
            var value = new StringBuilder();
            for (position = equals + 2; position < line.Length && line[position] != '"'; position++)
            {
                var escaped = line[position] == '\\' && position + 1 < line.Length;
                position += escaped ? 1 : 0;
                value.Append(escaped && line[position] == 'n' ? '\n' : line[position]);
            }

            labels[name] = value.ToString();
            position++;
        }

        return position < line.Length ? position + 1 : -1;
    }
}

/// <summary>One sample.</summary>
/// <param name="Name">Name of the metric.</param>
/// <param name="Labels">Its labels.</param>
/// <param name="Value">Its value.</param>
internal sealed record MetricSample(string Name, IReadOnlyDictionary<string, string> Labels, double Value)
{
    /// <summary>The value of a label; empty if it has none.</summary>
    public string Label(string name) => Labels.GetValueOrDefault(name, "");
}
