using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace MultiEni.Simulator.Kubernetes.Yaml;

/// <summary>
/// What plain scalars stand for in kubectl's reader: those of the YAML 1.2 core schema, and the <c>yes</c>, <c>no</c>, <c>on</c> and
/// <c>off</c> of YAML 1.1, which it still takes for booleans. Anything quoted is text, and so is a date.
/// </summary>
internal static class YamlScalars
{
    public static JsonNode? Read(YamlScalarNode scalar)
    {
        var text = scalar.Value ?? "";
        var tag = scalar.Tag.IsEmpty ? null : scalar.Tag.Value;
        if (tag is "tag:yaml.org,2002:str" or "!" || (tag is null && scalar.Style != ScalarStyle.Plain))
        {
            return JsonValue.Create(text);
        }

        return Resolve(text, scalar);
    }

    /// <summary>Whether a plain scalar of this text would not be read as this text.</summary>
    public static bool IsAmbiguous(string text) => text.Length == 0 || IsNull(text) || Boolean(text) is not null || IsNumeric(text) || text == "<<";

    private static JsonValue? Resolve(string text, YamlScalarNode scalar)
    {
        if (IsNull(text))
        {
            return null;
        }

        if (Boolean(text) is { } boolean)
        {
            return JsonValue.Create(boolean);
        }

        if (Integer(text) is { } integer)
        {
            return JsonValue.Create(integer);
        }

        if (Real(text) is not { } real)
        {
            return JsonValue.Create(text);
        }

        if (!double.IsFinite(real))
        {
            throw new FormatException($"line {scalar.Start.Line}: {text} has no form in JSON");
        }

        // JSON as kubectl sends it has no ".0": a whole real arrives as an integer.
        return Math.Floor(real) == real && Math.Abs(real) < 1e15 ? JsonValue.Create((long)real) : JsonValue.Create(real);
    }

    private static bool IsNumeric(string text) => Integer(text) is not null || Real(text) is not null;

    private static bool IsNull(string text) => text is "" or "~" or "null" or "Null" or "NULL";

    private static bool? Boolean(string text) =>
        text switch
        {
            "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON" or "y" or "Y" => true,
            "false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF" or "n" or "N" => false,
            _ => null,
        };

    private static long? Integer(string text)
    {
        var negative = text[0] == '-';
        var digits = (text[0] is '-' or '+' ? text[1..] : text).Replace("_", "", StringComparison.Ordinal);
        if (digits.Length == 0 || !char.IsAsciiDigit(digits[0]))
        {
            return null;
        }

        ulong? magnitude = digits switch
        {
            ['0', 'x' or 'X', ..] => ulong.TryParse(digits.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex)
                ? hex
                : null,
            ['0', 'b' or 'B', ..] => ulong.TryParse(digits.AsSpan(2), NumberStyles.AllowBinarySpecifier, CultureInfo.InvariantCulture, out var bits)
                ? bits
                : null,
            ['0', 'o' or 'O', .. var octal] => Octal(octal),
            ['0', _, ..] => Octal(digits),
            _ => ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null,
        };
        return magnitude switch
        {
            <= long.MaxValue => negative ? -(long)magnitude.Value : (long)magnitude.Value,
            (ulong)long.MaxValue + 1 when negative => long.MinValue,
            _ => null,
        };
    }

    private static ulong? Octal(string digits)
    {
        var value = 0UL;
        foreach (var digit in digits)
        {
            if (digit is < '0' or > '7' || value > ulong.MaxValue >> 3)
            {
                return null;
            }

            value = (value << 3) + (ulong)(digit - '0');
        }

        return value;
    }

    private static double? Real(string text)
    {
        switch (text)
        {
            case ".inf" or ".Inf" or ".INF" or "+.inf" or "+.Inf" or "+.INF":
                return double.PositiveInfinity;
            case "-.inf" or "-.Inf" or "-.INF":
                return double.NegativeInfinity;
            case ".nan" or ".NaN" or ".NAN":
                return double.NaN;
        }

        foreach (var c in text)
        {
            // Everything else that a general parser would take, such as "Infinity" or grouped digits, is text in YAML.
            if (!char.IsAsciiDigit(c) && c is not ('.' or '-' or '+' or 'e' or 'E'))
            {
                return null;
            }
        }

        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : null;
    }
}
