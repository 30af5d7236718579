using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Kubernetes.Schema;

/// <summary>Values in messages, as the API server (a Go program) prints them.</summary>
internal static class GoText
{
    /// <summary><c>%q</c>.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (var rune in text.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append(@"\\"),
                '\n' => quoted.Append(@"\n"),
                '\r' => quoted.Append(@"\r"),
                '\t' => quoted.Append(@"\t"),
                '\a' => quoted.Append(@"\a"),
                '\b' => quoted.Append(@"\b"),
                '\f' => quoted.Append(@"\f"),
                '\v' => quoted.Append(@"\v"),
                < ' ' or 0x7f => quoted.Append(CultureInfo.InvariantCulture, $@"\x{rune.Value:x2}"),
                _ => quoted.Append(rune.ToString()),
            };
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>
    /// <c>%v</c> of a floating-point number: the fewest digits that read back, with an exponent
    /// below 1e-4 and from 1e6 on.
    /// </summary>
    public static string Real(double number)
    {
        if (!double.IsFinite(number))
        {
            return double.IsNaN(number) ? "NaN"
                : number > 0 ? "+Inf"
                : "-Inf";
        }

        // Always with an exponent, and with as many digits as the shortest text has.
        var digits = number.ToString("R", CultureInfo.InvariantCulture).Split('E')[0].Count(char.IsAsciiDigit);
        var parts = number.ToString($"E{Math.Max(digits - 1, 0)}", CultureInfo.InvariantCulture).Split('E');
        var exponent = int.Parse(parts[1], CultureInfo.InvariantCulture);
        if (exponent is >= -4 and < 6)
        {
            return number.ToString("0.#####################", CultureInfo.InvariantCulture);
        }

        var mantissa = parts[0].Contains('.', StringComparison.Ordinal) ? parts[0].TrimEnd('0').TrimEnd('.') : parts[0];
        return $"{mantissa}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
    }

    /// <summary>A bad value behind <c>Invalid value:</c>.</summary>
    public static string Value(JsonNode? value) =>
        value switch
        {
            null => "\"null\"",
            JsonValue scalar => scalar.GetValueKind() switch
            {
                JsonValueKind.String => Quote(scalar.GetValue<string>()),
                JsonValueKind.True => "true",
                JsonValueKind.False => "false",
                _ => JsonNumber.Read(scalar).ToString(),
            },
            _ => value.ToJsonString(),
        };

    /// <summary>The name of a value's type in messages.</summary>
    public static string TypeName(JsonNode? value) =>
        value switch
        {
            null => "null",
            JsonObject => "object",
            JsonArray => "array",
            JsonValue scalar => scalar.GetValueKind() switch
            {
                JsonValueKind.String => "string",
                JsonValueKind.True or JsonValueKind.False => "boolean",
                _ => JsonNumber.Read(scalar).IsInteger ? "integer" : "number",
            },
            _ => throw new ArgumentOutOfRangeException(nameof(value)),
        };
}
