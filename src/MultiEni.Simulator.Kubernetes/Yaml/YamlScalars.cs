using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace MultiEni.Simulator.Kubernetes.Yaml;

/// <summary>
/// What plain scalars stand for in kubectl's reader: those of the YAML 1.2 core schema, and the
/// <c>yes</c>, <c>no</c>, <c>on</c> and <c>off</c> of YAML 1.1, which it still takes for booleans.
/// Anything quoted is text, and so is a date.
/// </summary>
internal static partial class YamlScalars
{
    /// <summary>The value of a plain scalar.</summary>
    /// <exception cref="FormatException">
    /// It has no form in JSON, or is of a notation that is not known here.
    /// </exception>
    public static JsonNode? Read(string text)
    {
        switch (text)
        {
            case "" or "~" or "null" or "Null" or "NULL":
                return null;
            case "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON" or "y" or "Y":
                return true;
            case "false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF" or "n" or "N":
                return false;
        }

        if (NotInJson().IsMatch(text))
        {
            throw new FormatException($"{text} has no form in JSON, or is written as no number here is");
        }

        if (!Number().IsMatch(text))
        {
            return text;
        }

        var digits = text.Replace("_", "", StringComparison.Ordinal);
        if (Based().Match(digits) is { Success: true } based)
        {
            var isHex = based.Groups["hex"].Success;
            var magnitude = Convert.ToInt64(isHex ? based.Groups["hex"].Value : based.Groups["octal"].Value, isHex ? 16 : 8);
            return digits[0] == '-' ? -magnitude : magnitude;
        }

        if (long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer))
        {
            return integer;
        }

        // JSON as kubectl sends it has no ".0": a whole real arrives as an integer.
        var real = double.Parse(digits, NumberStyles.Float, CultureInfo.InvariantCulture);
        return Math.Floor(real) == real && Math.Abs(real) < 1e15 ? JsonValue.Create((long)real) : JsonValue.Create(real);
    }

    [GeneratedRegex(@"^[-+]?(?:\.(?:inf|Inf|INF|nan|NaN|NAN)|0[bo][0-9]+|0[xX][0-9a-fA-F_]{16,}|0[0-9_]{21,})$", RegexOptions.None, 1000)]
    private static partial Regex NotInJson();

    [GeneratedRegex(@"^[-+]?(?:0[xX][0-9a-fA-F_]+|[0-9][0-9_]*|(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)$", RegexOptions.None, 1000)]
    private static partial Regex Number();

    [GeneratedRegex("^[-+]?0(?:[xX](?<hex>[0-9a-fA-F]+)|(?<octal>[0-7]+))$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Based();
}
