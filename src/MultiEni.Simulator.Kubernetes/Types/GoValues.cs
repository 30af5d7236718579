using System.Buffers;
using System.Globalization;
using System.Text.RegularExpressions;
using MultiEni.Simulator.Kubernetes.Schema;

namespace MultiEni.Simulator.Kubernetes.Types;

/// <summary>Texts that hold values, read with the strictness and in the words of Go.</summary>
internal static partial class GoValues
{
    private const string Seconds = "2006-01-02T15:04:05Z07:00";
    private const string Microseconds = "2006-01-02T15:04:05.000000Z07:00";

    private static readonly SearchValues<char> Base64Digits = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");

    // What a layout asks for, part by part: as messages name it, and how many digits it has or none
    // for a literal.
    private static readonly (string Name, int Digits)[] Parts =
    [
        ("2006", 4),
        ("-", 0),
        ("01", 2),
        ("-", 0),
        ("02", 2),
        ("T", 0),
        ("15", 2),
        (":", 0),
        ("04", 2),
        (":", 0),
        ("05", 2),
    ];

    /// <summary>A time in whole seconds of UTC, as the API writes it.</summary>
    /// <exception cref="DecodingException">The text is no time.</exception>
    public static string Time(string text) => Parse(text, Seconds).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>A time with six decimals.</summary>
    /// <exception cref="DecodingException">The text is no such time.</exception>
    public static string MicroTime(string text) =>
        Parse(text, Microseconds).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

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

    private static DateTime Parse(string text, string layout)
    {
        var rest = text;
        foreach (var (name, digits) in Parts)
        {
            var isThere =
                digits == 0 ? rest.StartsWith(name, StringComparison.Ordinal) : rest.Length >= digits && rest.Take(digits).All(char.IsAsciiDigit);
            rest = isThere ? rest[Math.Max(digits, 1)..] : throw Wrong(rest, name);
        }

        var fraction = Fraction().Match(rest);
        if (layout == Microseconds && fraction.Length < 7)
        {
            throw Wrong(rest, ".000000");
        }

        // Of a time with a fraction, exactly six digits belong to it; of one without, all are
        // ignored.
        rest = rest[(layout == Microseconds ? 7 : fraction.Length)..];
        if (!Zone().IsMatch(rest))
        {
            throw Wrong(rest, "Z07:00");
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            ? time.UtcDateTime
            : throw new NotSimulatedException($"the time {text}");

        DecodingException Wrong(string value, string element) =>
            new($"parsing time {GoText.Quote(text)} as {GoText.Quote(layout)}: cannot parse {GoText.Quote(value)} as {GoText.Quote(element)}");
    }

    [GeneratedRegex(@"^(?:\.[0-9]+)?", RegexOptions.None, 1000)]
    private static partial Regex Fraction();

    [GeneratedRegex(@"^(?:Z|[-+][0-9]{2}:[0-9]{2})\z", RegexOptions.None, 1000)]
    private static partial Regex Zone();
}
