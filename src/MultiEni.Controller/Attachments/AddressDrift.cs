using MultiEni.Api.EniAttachments;
using MultiEni.Controller.Ec2;

namespace MultiEni.Controller.Attachments;

/// <summary>
/// Finds addresses and prefixes that an ENI lacks. Pure. The counts of a specification are the
/// least that there must be: what an ENI has beyond them somebody else assigned, such as a virtual
/// address that moves between nodes, and it stays.
/// </summary>
internal static class AddressDrift
{
    /// <summary>
    /// The first kind of which some are missing, and how many; null when none are.
    /// </summary>
    public static (AddressKind Kind, int Count)? Find(EniAttachmentSpec spec, EniRow row)
    {
        if (row.PrivateIps.Count + row.Ipv6Addresses.Count == 0)
        {
            // EC2 has not reported the addresses yet: every ENI has one, in a subnet without IPv4
            // an IPv6 address.
            return null;
        }

        foreach (var (kind, wanted, present) in Counts(spec, row))
        {
            if (present < wanted)
            {
                return (kind, wanted - present);
            }
        }

        return null;
    }

    private static IEnumerable<(AddressKind Kind, int Wanted, int Present)> Counts(EniAttachmentSpec spec, EniRow row)
    {
        yield return (AddressKind.SecondaryIpv4, spec.SecondaryPrivateIpCount, Math.Max(row.PrivateIps.Count - 1, 0));
        yield return (AddressKind.Ipv4Prefix, spec.Ipv4PrefixCount, row.Prefixes.Count(prefix => !IsIpv6(prefix)));
        yield return (AddressKind.Ipv6, spec.Ipv6AddressCount, row.Ipv6Addresses.Count);
        yield return (AddressKind.Ipv6Prefix, spec.Ipv6PrefixCount, row.Prefixes.Count(IsIpv6));
    }

    private static bool IsIpv6(string prefix) => prefix.Contains(':', StringComparison.Ordinal);
}

/// <summary>What an ENI can have several of.</summary>
internal enum AddressKind
{
    /// <summary>IPv4 addresses beside the primary one.</summary>
    SecondaryIpv4,

    /// <summary>/28 prefixes.</summary>
    Ipv4Prefix,

    /// <summary>IPv6 addresses.</summary>
    Ipv6,

    /// <summary>/80 prefixes.</summary>
    Ipv6Prefix,
}
