using System.Globalization;

namespace MultiEni.Simulator.Nodes.Scheduling;

/// <summary>Amounts as Kubernetes writes them: <c>250m</c>, <c>2</c>, <c>64Gi</c>.</summary>
internal static class Quantity
{
    private static readonly (string Suffix, decimal Factor)[] Suffixes =
    [
        ("Ki", 1024m),
        ("Mi", 1024m * 1024),
        ("Gi", 1024m * 1024 * 1024),
        ("Ti", 1024m * 1024 * 1024 * 1024),
        ("m", 0.001m),
        ("k", 1000m),
        ("M", 1000_000m),
        ("G", 1000_000_000m),
        ("T", 1000_000_000_000m),
    ];

    /// <summary>
    /// The amount in thousandths, so that <c>250m</c> is whole; null when it is no amount.
    /// </summary>
    internal static long? Thousandths(string? text)
    {
        var factor = 1m;
        var number = text ?? "";
        foreach (var (suffix, value) in Suffixes)
        {
            if (number.EndsWith(suffix, StringComparison.Ordinal))
            {
                (factor, number) = (value, number[..^suffix.Length]);
                break;
            }
        }

        return decimal.TryParse(number, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var parsed)
            ? (long)(parsed * factor * 1000)
            : null;
    }
}
