using System.Net;
using System.Net.Sockets;

namespace MultiEni.Manager.Addresses;

/// <summary>
/// The addresses of an ENI that its pods share, and which of them is given next. Those in the
/// ranges for names are not among them. Pure.
/// </summary>
internal static class AddressPool
{
    /// <summary>
    /// As many of an IPv6 prefix are looked at and counted; it has 2⁴⁸, which no node runs out of.
    /// </summary>
    public const int CountedOfPrefix = 1024;

    /// <summary>All of a family, in the order in which they are given the first time.</summary>
    public static IEnumerable<IPAddress> Of(EniAddresses eni, AddressFamily family)
    {
        if (eni.HostHasAll)
        {
            return [];
        }

        var single = family == AddressFamily.InterNetwork ? eni.Secondary : eni.PodIpv6;
        var all = single.Concat(eni.Prefixes.Where(prefix => prefix.BaseAddress.AddressFamily == family).SelectMany(Expand));
        var ranges = eni.FixedRanges;
        return ranges.Count == 0 ? all : all.Where(address => !ranges.Any(range => range.Contains(address)));
    }

    /// <summary>
    /// The address to give: one that never was given, else the one given back longest ago.
    /// </summary>
    /// <returns>
    /// The address, or null and when the first cooldown ends; both null when pods have all.
    /// </returns>
    public static (IPAddress? Address, TimeSpan? FreeAt) Next(EniAddresses eni, AddressFamily family, AddressBook book, TimeSpan now)
    {
        (IPAddress Address, TimeSpan Since)? best = null;
        TimeSpan? freeAt = null;
        foreach (var address in Of(eni, family).Where(address => book.HolderOf(eni.EniId, address) is null))
        {
            if (!book.Cooling.TryGetValue(new(eni.EniId, address.ToString()), out var since))
            {
                return (address, null);
            }

            if (book.CoolsUntil(eni.EniId, address, now) is { } until)
            {
                freeAt = freeAt is { } earlier && earlier < until ? earlier : until;
            }
            else if (best is null || since < best.Value.Since)
            {
                best = (address, since);
            }
        }

        return best is { } cooled ? (cooled.Address, null) : (null, freeAt);
    }

    /// <summary>How many no pod has, those in their cooldown included.</summary>
    public static int Free(EniAddresses eni, AddressFamily family, AddressBook book) =>
        Of(eni, family).Count(address => book.HolderOf(eni.EniId, address) is null);

    /// <summary>
    /// How many single addresses in the ranges for names no pod has; null without such ranges.
    /// </summary>
    public static int? FreeFixed(EniAddresses eni, AddressBook book) =>
        eni.FixedRanges is { Count: > 0 } ranges
            ? eni
                .Secondary.Concat(eni.PodIpv6)
                .Count(address => ranges.Any(range => range.Contains(address)) && book.HolderOf(eni.EniId, address) is null)
            : null;

    private static IEnumerable<IPAddress> Expand(IPNetwork prefix)
    {
        var bytes = prefix.BaseAddress.GetAddressBytes();
        var hostBits = (bytes.Length * 8) - prefix.PrefixLength;
        // The first address of an IPv6 prefix is the anycast address of its routers (RFC 4291, 2.6.1).
        var first = bytes.Length == 16 && hostBits > 0 ? 1 : 0;
        var count = hostBits >= 10 ? CountedOfPrefix : 1 << hostBits;
        for (var offset = first; offset < count; offset++)
        {
            yield return Add(bytes, offset);
        }
    }

    private static IPAddress Add(byte[] bytes, int offset)
    {
        var sum = (byte[])bytes.Clone();
        for (var place = sum.Length - 1; place >= 0 && offset > 0; place--, offset >>= 8)
        {
            offset += sum[place];
            sum[place] = (byte)offset;
        }

        return new IPAddress(sum);
    }
}
