using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace MultiEni.Operator.Configuration;

/// <summary>Durations as Go writes them: <c>30s</c>, <c>1h30m</c>, <c>250ms</c>.</summary>
public static class GoDuration
{
    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");

    // Longer units first: "ms" must not be read as "m".
    private static readonly (string Name, decimal Ticks)[] Units =
    [
        ("ns", 0.01m),
        ("us", TimeSpan.TicksPerMicrosecond),
        ("µs", TimeSpan.TicksPerMicrosecond),
        ("μs", TimeSpan.TicksPerMicrosecond),
        ("ms", TimeSpan.TicksPerMillisecond),
        ("s", TimeSpan.TicksPerSecond),
        ("m", TimeSpan.TicksPerMinute),
        ("h", TimeSpan.TicksPerHour),
    ];

    /// <summary>Reads a duration. A number without a unit is refused, except <c>0</c>.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out TimeSpan duration)
    {
        duration = default;
        var rest = text.AsSpan();
        var isNegative = rest.StartsWith("-");
        if (isNegative || rest.StartsWith("+"))
        {
            rest = rest[1..];
        }

        if (rest is "0")
        {
            return true;
        }

        if (rest.IsEmpty)
        {
            return false;
        }

        var ticks = 0m;
        while (!rest.IsEmpty)
        {
            if (!TryTakeTerm(ref rest, out var term) || (ticks += term) > TimeSpan.MaxValue.Ticks)
            {
                return false;
            }
        }

        duration = TimeSpan.FromTicks((long)(isNegative ? -ticks : ticks));
        return true;
    }

    /// <summary>Writes a duration as Go does: <c>1h30m0s</c>, <c>250ms</c>, <c>0s</c>.</summary>
    public static string Format(TimeSpan duration)
    {
        if (duration == TimeSpan.Zero)
        {
            return "0s";
        }

        var text = new StringBuilder(duration < TimeSpan.Zero ? "-" : "");
        var ticks = (decimal)duration.Ticks;
        ticks = Math.Abs(ticks);
        if (ticks < TimeSpan.TicksPerSecond)
        {
            var (unit, size) =
                ticks >= TimeSpan.TicksPerMillisecond ? Units[4]
                : ticks >= TimeSpan.TicksPerMicrosecond ? Units[2]
                : Units[0];
            return text.Append((ticks / size).ToString("0.######", CultureInfo.InvariantCulture)).Append(unit).ToString();
        }

        var hours = decimal.Floor(ticks / TimeSpan.TicksPerHour);
        var minutes = decimal.Floor(ticks / TimeSpan.TicksPerMinute) % 60;
        var seconds = ticks / TimeSpan.TicksPerSecond % 60;
        if (hours > 0)
        {
            text.Append(hours.ToString("0", CultureInfo.InvariantCulture)).Append('h');
        }

        if (hours > 0 || minutes > 0)
        {
            text.Append(minutes.ToString("0", CultureInfo.InvariantCulture)).Append('m');
        }

        return text.Append(seconds.ToString("0.#######", CultureInfo.InvariantCulture)).Append('s').ToString();
    }

    private static bool TryTakeTerm(ref ReadOnlySpan<char> rest, out decimal ticks)
    {
        ticks = 0;
        var length = rest.IndexOfAnyExcept(NumberCharacters);
        if (
            length <= 0
            || !decimal.TryParse(rest[..length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            || number > long.MaxValue
        )
        {
            return false;
        }

        rest = rest[length..];
        foreach (var (name, size) in Units)
        {
            if (rest.StartsWith(name))
            {
                rest = rest[name.Length..];
                ticks = number * size;
                return true;
            }
        }

        return false;
    }
}
