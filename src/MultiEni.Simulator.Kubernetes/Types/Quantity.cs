using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;

namespace MultiEni.Simulator.Kubernetes.Types;

/// <summary>
/// An amount of a resource, such as <c>500m</c>, <c>1Gi</c> or <c>1e3</c>, written in its canonical
/// form.
/// </summary>
/// <remarks>
/// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
/// </remarks>
internal readonly partial record struct Quantity(BigInteger Nanos, char Format)
{
    private static readonly string[] Decimal = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
    private static readonly string[] Binary = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
    private static readonly BigInteger One = BigInteger.Pow(10, 9);

    public bool IsInteger => Nanos % One == 0;

    /// <summary>Reads an amount.</summary>
    /// <exception cref="DecodingException">The text is none.</exception>
    public static Quantity Parse(string text)
    {
        var match = Pattern().Match(text);
        var suffix = match.Groups["suffix"].Value;
        var binary = Array.IndexOf(Binary, suffix);
        var exponent = Array.IndexOf(Decimal, suffix) is var index and >= 0 ? (index - 3) * 3 : 0;
        var isExponent =
            suffix.Length > 1
            && suffix[0] is 'e' or 'E'
            && int.TryParse(suffix[1..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent);
        if (!match.Success || match.Groups["number"].Value == "." || (binary < 1 && !isExponent && !Decimal.Contains(suffix, StringComparer.Ordinal)))
        {
            throw new DecodingException("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
        }

        var number = match.Groups["number"].Value.Split('.');
        var digits = BigInteger.Parse("0" + string.Concat(number), CultureInfo.InvariantCulture);
        var places = (number.Length > 1 ? number[1].Length : 0) - exponent - 9;
        if (binary > 0)
        {
            digits *= BigInteger.Pow(1024, binary);
        }

        // What is finer than a billionth is rounded up.
        var nanos = places <= 0 ? digits * BigInteger.Pow(10, -places) : (digits + BigInteger.Pow(10, places) - 1) / BigInteger.Pow(10, places);
        return new Quantity(
            match.Groups["sign"].Value == "-" ? -nanos : nanos,
            binary > 0 ? 'b'
                : isExponent ? 'e'
                : 'd'
        );
    }

    public override string ToString()
    {
        if (Nanos.IsZero)
        {
            return "0";
        }

        if (Format == 'b' && BigInteger.Abs(Nanos) >= 1024 * One)
        {
            var (whole, power) = ((Nanos + One - 1) / One, 0);
            for (; whole % 1024 == 0 && power < Binary.Length - 1; power++)
            {
                whole /= 1024;
            }

            return whole + Binary[power];
        }

        var (mantissa, thousands) = (Nanos, -3);
        for (; mantissa % 1000 == 0 && thousands < 6; thousands++)
        {
            mantissa /= 1000;
        }

        return Format != 'e' ? mantissa + Decimal[thousands + 3]
            : thousands == 0 ? $"{mantissa}"
            : $"{mantissa}e{thousands * 3}";
    }

    [GeneratedRegex(@"^(?<sign>[+-]?)(?<number>[0-9]+(\.[0-9]*)?|\.[0-9]*)(?<suffix>[a-zA-Z]*[-+]?[0-9]*)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Pattern();
}
