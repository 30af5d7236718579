using System.Diagnostics.CodeAnalysis;

namespace MultiEni.Manager.Devices;

/// <summary>
/// A hardware address in the kernel's spelling: <c>02:1b:00:00:00:07</c>. Upper case and dashes are
/// accepted and normalised.
/// </summary>
internal readonly record struct MacAddress : IParsable<MacAddress>
{
    private readonly string? _text;

    private MacAddress(string text) => _text = text;

    /// <summary>Reads an address.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static MacAddress Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var address)
            ? address
            : throw new FormatException($"'{s}' is not a hardware address; write it as 02:1b:00:00:00:07.");

    /// <summary>Reads an address.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static MacAddress Parse(string s) => Parse(s, null);

    /// <summary>Reads an address; false when it is none.</summary>
    public static bool TryParse([NotNullWhen(true)] string? s, out MacAddress result) => TryParse(s, null, out result);

    /// <inheritdoc />
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out MacAddress result)
    {
        result = default;
        if (s is null)
        {
            return false;
        }

        var text = s.Trim().ToLowerInvariant().Replace('-', ':');
        if (text.Length != 17)
        {
            return false;
        }

        for (var i = 0; i < text.Length; i++)
        {
            var fits = i % 3 == 2 ? text[i] == ':' : char.IsAsciiHexDigitLower(text[i]);
            if (!fits)
            {
                return false;
            }
        }

        result = new MacAddress(text);
        return true;
    }

    /// <summary>The normalised address.</summary>
    public override string ToString() => _text ?? "";
}
