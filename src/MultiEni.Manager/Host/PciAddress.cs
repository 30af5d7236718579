using System.Diagnostics.CodeAnalysis;

namespace MultiEni.Manager.Host;

/// <summary>
/// Where a device sits on the PCI bus, as sysfs spells it: <c>0000:00:06.0</c>. Upper case and a
/// missing domain are accepted and normalised
/// (docs/reference/driver-binding.md#identity-of-a-device).
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

    /// <summary>
    /// The last PCI address in a path such as
    /// <c>../../devices/pci0000:00/0000:00:05.0/virtio2/net/ens5</c>: the nearest ancestor.
    /// </summary>
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

/// <summary>
/// Error numbers of Linux that this program tells apart (include/uapi/asm-generic/errno-base.h).
/// Others keep their number.
/// </summary>
internal enum Errno
{
    /// <summary>Success.</summary>
    None = 0,

    /// <summary>Operation not permitted.</summary>
    NotPermitted = 1,

    /// <summary>No such file: the driver is not loaded, or the device is gone.</summary>
    NoEntry = 2,

    /// <summary>Input/output error.</summary>
    InputOutput = 5,

    /// <summary>Try again: the driver's probe is deferred.</summary>
    Again = 11,

    /// <summary>Permission denied.</summary>
    AccessDenied = 13,

    /// <summary>In use.</summary>
    Busy = 16,

    /// <summary>Exists already.</summary>
    Exists = 17,

    /// <summary>No such route.</summary>
    NoProcess = 3,

    /// <summary>No such device, or the driver does not match it.</summary>
    NoDevice = 19,

    /// <summary>A part of the path is a file and no folder.</summary>
    NotADirectory = 20,

    /// <summary>It is a folder.</summary>
    IsADirectory = 21,

    /// <summary>
    /// Invalid argument: vfio-pci says so when there is no IOMMU and no-IOMMU mode is off.
    /// </summary>
    Invalid = 22,

    /// <summary>No space left on the device.</summary>
    NoSpace = 28,

    /// <summary>Read-only file system.</summary>
    ReadOnly = 30,

    /// <summary>The kernel does not know the operation.</summary>
    NotSupported = 95,

    /// <summary>The address is not there.</summary>
    AddressNotAvailable = 99,

    /// <summary>The disk quota is used up.</summary>
    QuotaExceeded = 122,
}
