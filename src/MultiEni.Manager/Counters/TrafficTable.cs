using System.Globalization;

namespace MultiEni.Manager.Counters;

/// <summary>
/// What <c>/proc/net/dev</c> tells: the traffic of each interface of the network namespace, by the
/// kernel's own count, which is the same for every driver. Pure.
/// </summary>
internal static class TrafficTable
{
    /// <summary>Where it is.</summary>
    public const string File = "/proc/net/dev";

    private const string Receive = "receive";
    private const string Transmit = "transmit";
    private const int TransmitStart = 8;

    // In both halves, in this order; net/core/net-procfs.c.
    private static readonly EniMetric[] Columns = [EniMetric.Bytes, EniMetric.Packets, EniMetric.Errors, EniMetric.Drops];

    /// <summary>
    /// The samples by name of the interface. Lines of another form are left out.
    /// </summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<EniSample>> Parse(string text)
    {
        var table = new Dictionary<string, IReadOnlyList<EniSample>>(StringComparer.Ordinal);
        foreach (var line in text.Split('\n'))
        {
            // A name has no colon.
            if (line.Split(':', 2) is [var name, var rest] && Samples(rest.Split(' ', StringSplitOptions.RemoveEmptyEntries)) is { } samples)
            {
                table[name.Trim()] = samples;
            }
        }

        return table;
    }

    private static List<EniSample>? Samples(string[] numbers)
    {
        if (numbers.Length < TransmitStart + Columns.Length)
        {
            return null;
        }

        var samples = new List<EniSample>(2 * Columns.Length);
        foreach (var (direction, start) in ((string, int)[])[(Receive, 0), (Transmit, TransmitStart)])
        {
            for (var column = 0; column < Columns.Length; column++)
            {
                if (!ulong.TryParse(numbers[start + column], NumberStyles.None, CultureInfo.InvariantCulture, out var value))
                {
                    return null;
                }

                samples.Add(new EniSample(Columns[column], direction, value));
            }
        }

        return samples;
    }
}
