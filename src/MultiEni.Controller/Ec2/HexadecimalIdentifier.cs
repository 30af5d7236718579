using System.Buffers;

namespace MultiEni.Controller.Ec2;

/// <summary>The form all identifiers of EC2 share: a prefix, then lower-case hexadecimal digits (8 in old accounts, 17 today).</summary>
internal static class HexadecimalIdentifier
{
    private const int MostDigits = 32;
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    public static bool Matches(string? text, string prefix)
    {
        if (text is null || !text.StartsWith(prefix, StringComparison.Ordinal))
        {
            return false;
        }

        var digits = text.AsSpan(prefix.Length);
        return digits.Length is > 0 and <= MostDigits && !digits.ContainsAnyExcept(Digits);
    }
}
