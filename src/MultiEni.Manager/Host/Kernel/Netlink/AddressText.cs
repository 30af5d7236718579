using System.Net;

namespace MultiEni.Manager.Host.Kernel.Netlink;

/// <summary>IP addresses in messages, and the address families that have them.</summary>
internal static class AddressText
{
    private const byte InternetVersion4 = 2;
    private const byte InternetVersion6 = 10;
    private const int Version4Bytes = 4;
    private const int Version6Bytes = 16;

    /// <summary>4 or 6; null for a family without IP addresses, such as bridge entries or multicast routes.</summary>
    public static int? Version(byte family) =>
        family switch
        {
            InternetVersion4 => 4,
            InternetVersion6 => 6,
            _ => null,
        };

    /// <summary>The address; null when the bytes are none.</summary>
    public static string? Format(ReadOnlySpan<byte> bytes) => bytes.Length is Version4Bytes or Version6Bytes ? new IPAddress(bytes).ToString() : null;

    /// <summary>Address and length; null for the prefix that contains everything, or when the bytes are no address.</summary>
    public static string? FormatPrefix(ReadOnlySpan<byte> bytes, int length) =>
        length > 0 && Format(bytes) is { } address ? $"{address}/{length}" : null;
}
