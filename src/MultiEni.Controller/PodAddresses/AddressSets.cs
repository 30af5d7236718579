using System.Net;
using MultiEni.Controller.Ec2;

namespace MultiEni.Controller.PodAddresses;

/// <summary>Questions about addresses and prefixes as EC2 writes them. Pure.</summary>
internal static class AddressSets
{
    /// <summary>Addresses of a /28.</summary>
    public const int InAPrefix = 16;

    /// <summary>Addresses at the beginning of a subnet that EC2 keeps; one more is at its end.</summary>
    private const int ReservedAtTheBeginning = 4;

    /// <summary>The IPv4 addresses of an ENI beside its primary one.</summary>
    public static IEnumerable<string> Secondaries(EniRow row) => row.PrivateIps.Skip(1);

    /// <summary>The /28 prefixes of an ENI.</summary>
    public static IEnumerable<string> Ipv4Prefixes(EniRow row) => row.Prefixes.Where(prefix => !IsIpv6(prefix));

    /// <summary>Everything that an ENI has.</summary>
    public static IEnumerable<string> All(EniRow row) => row.PrivateIps.Concat(row.Ipv6Addresses).Concat(row.Prefixes);

    /// <summary>Whether an address or prefix is one of IPv6.</summary>
    public static bool IsIpv6(string addressOrPrefix) => addressOrPrefix.Contains(':', StringComparison.Ordinal);

    /// <summary>Whether an address or prefix is a prefix.</summary>
    public static bool IsPrefix(string addressOrPrefix) => addressOrPrefix.Contains('/', StringComparison.Ordinal);

    /// <summary>Whether a range has an address; false when either is none.</summary>
    public static bool Contains(string? range, string address) =>
        range is not null && IPNetwork.TryParse(range, out var network) && IPAddress.TryParse(address, out var parsed) && network.Contains(parsed);

    /// <summary>Whether an address or prefix is one of those, or lies in one.</summary>
    public static bool Has(IEnumerable<string> addressesAndPrefixes, string address) =>
        addressesAndPrefixes.Any(item => item == address || (IsPrefix(item) && Contains(item, address)));

    /// <summary>
    /// Whether EC2 keeps the address of the subnet for itself: the first four and the last one, of
    /// IPv6 too.
    /// </summary>
    public static bool IsReserved(string subnet, string address)
    {
        if (!IPNetwork.TryParse(subnet, out var network) || !IPAddress.TryParse(address, out var parsed) || !network.Contains(parsed))
        {
            return false;
        }

        var (first, bytes) = (network.BaseAddress.GetAddressBytes(), parsed.GetAddressBytes());
        var offset = UInt128.Zero;
        for (var index = 0; index < bytes.Length; index++)
        {
            offset = (offset << 8) | (byte)(bytes[index] ^ first[index]);
        }

        var size = UInt128.One << ((bytes.Length * 8) - network.PrefixLength);
        return offset < ReservedAtTheBeginning || offset == size - 1;
    }

    /// <summary>Whether a text is an address, however it is written.</summary>
    /// <param name="text">The text.</param>
    /// <param name="address">The address as EC2 writes it.</param>
    public static bool IsSame(string text, string address) => text == address || Normalized(text) == address;

    /// <summary>
    /// The address in the form in which EC2 writes it; null when it is none, or one of a link, which
    /// no ENI has.
    /// </summary>
    public static string? Normalized(string address) =>
        !IPAddress.TryParse(address, out var parsed) || address.Contains('%', StringComparison.Ordinal) ? null
        : parsed.IsIPv4MappedToIPv6 ? parsed.MapToIPv4().ToString()
        : parsed.ToString();
}
