using System.Net;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Planning;

namespace MultiEni.Controller.PodAddresses;

/// <summary>Questions about addresses and prefixes as EC2 writes them. Pure.</summary>
internal static class AddressSets
{
    /// <summary>Addresses of a /28.</summary>
    public const int InAPrefix = FreeAddresses.InAPrefix;

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

    /// <summary>Whether one of the ranges has an address.</summary>
    public static bool IsInAny(IReadOnlyList<string> ranges, string address) => ranges.Any(range => Contains(range, address));

    /// <summary>How many addresses an address or a /28 prefix is, without those in ranges.</summary>
    public static int Outside(string addressOrPrefix, IReadOnlyList<string> ranges)
    {
        if (!IsPrefix(addressOrPrefix))
        {
            return IsInAny(ranges, addressOrPrefix) ? 0 : 1;
        }

        return ranges.Count == 0 || !IPNetwork.TryParse(addressOrPrefix, out var prefix) ? InAPrefix : (int)(InAPrefix - Covered(prefix, ranges));
    }

    /// <summary>
    /// Whether ranges leave no address of a subnet that EC2 would assign; false for an unknown
    /// subnet.
    /// </summary>
    public static bool AreIn(string? subnet, IReadOnlyList<string> ranges) =>
        ranges.Count > 0 && IPNetwork.TryParse(subnet, out var network) && Size(network) - Covered(network, ranges) <= ReservedAtTheBeginning + 1;

    private static UInt128 Covered(IPNetwork network, IReadOnlyList<string> ranges)
    {
        // Two ranges are apart, or one has the other.
        var parts = ranges
            .Select(range => IPNetwork.TryParse(range, out var parsed) ? parsed : (IPNetwork?)null)
            .OfType<IPNetwork>()
            .Where(range => range.BaseAddress.AddressFamily == network.BaseAddress.AddressFamily)
            .Select(range => range.PrefixLength <= network.PrefixLength && range.Contains(network.BaseAddress) ? network : range)
            .Where(range => network.Contains(range.BaseAddress))
            .Distinct()
            .ToList();
        return parts
            .Where(part => !parts.Exists(other => other != part && other.PrefixLength < part.PrefixLength && other.Contains(part.BaseAddress)))
            .Aggregate(UInt128.Zero, (sum, part) => sum + Size(part));
    }

    private static UInt128 Size(IPNetwork network) => UInt128.One << ((network.BaseAddress.GetAddressBytes().Length * 8) - network.PrefixLength);

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
