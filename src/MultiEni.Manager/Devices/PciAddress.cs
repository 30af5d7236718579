using System.Diagnostics.CodeAnalysis;

namespace MultiEni.Manager.Devices;

/// <summary>
/// Where a device sits on the PCI bus, as sysfs spells it: <c>0000:00:06.0</c>. Upper case and a missing domain are accepted and
/// normalised (docs/reference/driver-binding.md#identity-of-a-device).
/// </summary>
internal readonly record struct PciAddress : IParsable<PciAddress>, IComparable<PciAddress>
{
    private readonly string? _text;

    private PciAddress(string text) => _text = text;

    /// <summary>Reads an address.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static PciAddress Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var address)
            ? address
            : throw new FormatException($"'{s}' is not a PCI address; write it as 0000:00:06.0 (domain:bus:device.function).");

    /// <summary>Reads an address.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static PciAddress Parse(string s) => Parse(s, null);

    /// <summary>Reads an address; false when it is none.</summary>
    public static bool TryParse([NotNullWhen(true)] string? s, out PciAddress result) => TryParse(s, null, out result);

    /// <inheritdoc />
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out PciAddress result)
    {
        result = default;
        if (s is null)
        {
            return false;
        }

        var text = s.Trim().ToLowerInvariant();
        if (text.Length == 7)
        {
            text = "0000:" + text;
        }

        if (!HasForm(text))
        {
            return false;
        }

        result = new PciAddress(text);
        return true;
    }

    /// <summary>The last PCI address in a path such as <c>../../devices/pci0000:00/0000:00:05.0/virtio2/net/ens5</c>: the nearest ancestor.</summary>
    public static PciAddress? LastIn(string path)
    {
        var parts = path.Split('/');
        for (var i = parts.Length - 1; i >= 0; i--)
        {
            if (parts[i].Length == 12 && TryParse(parts[i], out var address))
            {
                return address;
            }
        }

        return null;
    }

    /// <inheritdoc />
    public int CompareTo(PciAddress other) => string.CompareOrdinal(_text, other._text);

    /// <summary>The normalised address.</summary>
    public override string ToString() => _text ?? "";

    /// <summary>Whether one address sorts before another.</summary>
    public static bool operator <(PciAddress left, PciAddress right) => left.CompareTo(right) < 0;

    /// <summary>Whether one address sorts after another.</summary>
    public static bool operator >(PciAddress left, PciAddress right) => left.CompareTo(right) > 0;

    /// <summary>Whether one address sorts before another or is the same.</summary>
    public static bool operator <=(PciAddress left, PciAddress right) => left.CompareTo(right) <= 0;

    /// <summary>Whether one address sorts after another or is the same.</summary>
    public static bool operator >=(PciAddress left, PciAddress right) => left.CompareTo(right) >= 0;

    // A device number has five bits, a function three: dddd:bb:[01]d.[0-7].
    private static bool HasForm(string text) =>
        text.Length == 12
        && IsHex(text.AsSpan(0, 4))
        && text[4] == ':'
        && IsHex(text.AsSpan(5, 2))
        && text[7] == ':'
        && text[8] is '0' or '1'
        && IsHex(text.AsSpan(9, 1))
        && text[10] == '.'
        && text[11] is >= '0' and <= '7';

    private static bool IsHex(ReadOnlySpan<char> text)
    {
        foreach (var character in text)
        {
            if (!char.IsAsciiHexDigitLower(character))
            {
                return false;
            }
        }

        return true;
    }
}
