using System.Buffers;
using System.Globalization;

namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>Spans of time as Go and CEL write them, such as <c>1h30m</c>.</summary>
internal static class GoDuration
{
    private static readonly SearchValues<char> Number = SearchValues.Create("0123456789.");

    public static bool TryParse(string text, out TimeSpan span)
    {
        span = default;
        var rest = text.AsSpan();
        var negative = rest.Length > 0 && rest[0] == '-';
        if (rest.Length > 0 && rest[0] is '-' or '+')
        {
            rest = rest[1..];
        }

        if (rest.Length == 0)
        {
            return false;
        }

        var ticks = 0m;
        while (rest.Length > 0)
        {
            var digits = rest.IndexOfAnyExcept(Number);
            if (rest.SequenceEqual("0"))
            {
                break;
            }

            if (digits <= 0 || !decimal.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount))
            {
                return false;
            }

            rest = rest[digits..];
            var end = rest.IndexOfAny(Number);
            var unit = end < 0 ? rest : rest[..end];
            decimal? scale = unit switch
            {
                "ns" => 0.01m,
                "us" or "µs" => 10m,
                "ms" => TimeSpan.TicksPerMillisecond,
                "s" => TimeSpan.TicksPerSecond,
                "m" => TimeSpan.TicksPerMinute,
                "h" => TimeSpan.TicksPerHour,
                _ => null,
            };
            if (scale is null)
            {
                return false;
            }

            ticks += amount * scale.Value;
            rest = rest[unit.Length..];
        }

        if (ticks > long.MaxValue)
        {
            return false;
        }

        span = TimeSpan.FromTicks((long)(negative ? -ticks : ticks));
        return true;
    }
}
