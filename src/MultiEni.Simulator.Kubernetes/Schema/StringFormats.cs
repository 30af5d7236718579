using System.Globalization;
using System.Text.RegularExpressions;

namespace MultiEni.Simulator.Kubernetes.Schema;

/// <summary>The formats of strings that are checked, as leniently as https://pkg.go.dev/github.com/go-openapi/strfmt checks them.</summary>
internal static partial class StringFormats
{
    public static bool Fits(string? format, string text) =>
        format switch
        {
            "date-time" => text.Length > 10 && IsDate(text[..10]) && TimeOfDay().IsMatch(text[10..]),
            "date" => IsDate(text),
            "duration" => text is "0" or "+0" or "-0" || Duration().IsMatch(text),
            "byte" => !text.Any(char.IsWhiteSpace) && Convert.TryFromBase64String(text, new byte[text.Length], out _),
            _ => true,
        };

    private static bool IsDate(string text) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    [GeneratedRegex(@"^[Tt](?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:.[0-9]+)?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})\z", RegexOptions.None, 1000)]
    private static partial Regex TimeOfDay();

    [GeneratedRegex(
        @"[0-9]+\s*(?:ns|us|µs|ms|s|m|h|d|w|hr|week|(?:nano|micro|milli|sec|min|hour|day|wk)[a-zµ]*)(?![a-zµ])",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant,
        1000
    )]
    private static partial Regex Duration();
}
