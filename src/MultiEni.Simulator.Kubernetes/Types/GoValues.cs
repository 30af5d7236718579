using System.Buffers;
using System.Globalization;

namespace MultiEni.Simulator.Kubernetes.Types;

/// <summary>Texts that hold values, read with the strictness and in the words of Go.</summary>
internal static class GoValues
{
    private static readonly SearchValues<char> Base64Digits = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");

    private const string Seconds = "2006-01-02T15:04:05Z07:00";
    private const string Microseconds = "2006-01-02T15:04:05.000000Z07:00";

    /// <summary>A time in whole seconds of UTC, as the API writes it.</summary>
    /// <exception cref="DecodingException">The text is no time.</exception>
    public static string Time(string text) => Parse(text, Seconds).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>A time with six decimals.</summary>
    /// <exception cref="DecodingException">The text is no such time.</exception>
    public static string MicroTime(string text) =>
        Parse(text, Microseconds).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    /// <summary>The text, which must be base64.</summary>
    /// <exception cref="DecodingException">It is not.</exception>
    public static string Base64(string text)
    {
        var data = text.Replace("\n", "", StringComparison.Ordinal).Replace("\r", "", StringComparison.Ordinal);
        if (Convert.TryFromBase64String(data, new byte[data.Length], out _))
        {
            return data;
        }

        var wrong = data.AsSpan().IndexOfAnyExcept(Base64Digits);
        throw new DecodingException($"illegal base64 data at input byte {(wrong < 0 ? data.Length / 4 * 4 : wrong)}");
    }

    private static DateTimeOffset Parse(string text, string layout)
    {
        var rest = text;
        int Number(string element, int digits)
        {
            if (
                rest.Length < digits
                || !rest.AsSpan(0, digits).ContainsAnyInRange('0', '9')
                || rest.AsSpan(0, digits).ContainsAnyExceptInRange('0', '9')
            )
            {
                throw Wrong(rest, element);
            }

            var number = int.Parse(rest[..digits], CultureInfo.InvariantCulture);
            rest = rest[digits..];
            return number;
        }

        void Literal(string literal)
        {
            if (!rest.StartsWith(literal, StringComparison.Ordinal))
            {
                throw Wrong(rest, literal);
            }

            rest = rest[literal.Length..];
        }

        int InRange(int number, int least, int most, string what) =>
            number >= least && number <= most ? number : throw new DecodingException($"parsing time {Quote(text)}: {what} out of range");

        DecodingException Wrong(string value, string element) =>
            new($"parsing time {Quote(text)} as {Quote(layout)}: cannot parse {Quote(value)} as {Quote(element)}");

        var year = Number("2006", 4);
        Literal("-");
        var month = InRange(Number("01", 2), 1, 12, "month");
        Literal("-");
        var day = Number("02", 2);
        Literal("T");
        var hour = InRange(Number("15", 2), 0, 23, "hour");
        Literal(":");
        var minute = InRange(Number("04", 2), 0, 59, "minute");
        Literal(":");
        var second = InRange(Number("05", 2), 0, 59, "second");
        var fraction = 0L;
        if (layout == Microseconds)
        {
            if (rest.Length < 7 || rest[0] != '.' || rest.AsSpan(1, 6).ContainsAnyExceptInRange('0', '9'))
            {
                throw Wrong(rest, ".000000");
            }

            fraction = long.Parse(rest[1..7], CultureInfo.InvariantCulture);
            rest = rest[7..];
        }
        else if (rest.Length > 1 && rest[0] is '.' or ',' && char.IsAsciiDigit(rest[1]))
        {
            var end = rest.AsSpan(1).IndexOfAnyExceptInRange('0', '9');
            rest = end < 0 ? "" : rest[(end + 1)..];
        }

        var offset = TimeSpan.Zero;
        if (rest.StartsWith('Z'))
        {
            rest = rest[1..];
        }
        else
        {
            if (rest.Length < 6 || rest[0] is not ('+' or '-') || rest[3] != ':')
            {
                throw Wrong(rest, "Z07:00");
            }

            var isBehind = rest[0] == '-';
            rest = rest[1..];
            offset = TimeSpan.FromHours(Number("Z07:00", 2));
            Literal(":");
            offset += TimeSpan.FromMinutes(Number("Z07:00", 2));
            offset = isBehind ? -offset : offset;
        }

        if (rest.Length > 0)
        {
            throw new DecodingException($"parsing time {Quote(text)}: extra text: {Quote(rest)}");
        }

        InRange(day, 1, year == 0 ? 31 : DateTime.DaysInMonth(year, month), "day");
        return new DateTimeOffset(Math.Max(year, 1), month, day, hour, minute, second, TimeSpan.Zero).AddMicroseconds(fraction) - offset;
    }

    private static string Quote(string text) =>
        "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";
}
