using MultiEni.Api.EniAttachments;
using MultiEni.Controller.Ec2;

namespace MultiEni.Controller.PodAddresses;

/// <summary>
/// Decides what an ENI that outlives its node gives back first: what was assigned for pods of that
/// node. Pure. On the next node nobody could tell it from what somebody else assigned, which is
/// never taken away.
/// </summary>
internal static class GivenBack
{
    /// <summary>Addresses and prefixes, all of one family; empty when nothing is left.</summary>
    /// <param name="spec">How many of each kind stay at least.</param>
    /// <param name="network">What is on record; that of another ENI counts for nothing.</param>
    /// <param name="row">The ENI.</param>
    public static IReadOnlyList<string> Of(EniAttachmentSpec spec, NetworkStatus? network, EniRow row)
    {
        if (network?.EniId != row.EniId || network.AssignedForPods is not { Count: > 0 } recorded)
        {
            return [];
        }

        var (sixes, fours) = (row.Prefixes.Where(AddressSets.IsIpv6).ToList(), AddressSets.Ipv4Prefixes(row).ToList());
        List<string> ipv4 = [.. Beyond(spec.SecondaryPrivateIpCount, [.. AddressSets.Secondaries(row)]), .. Beyond(spec.Ipv4PrefixCount, fours)];
        return ipv4.Count > 0
            ? ipv4
            :
            [
                .. Beyond(spec.Ipv6AddressCount, row.Ipv6Addresses).Where(address => address != row.PrimaryIpv6),
                .. Beyond(spec.Ipv6PrefixCount, sixes),
            ];

        IEnumerable<string> Beyond(int count, IReadOnlyList<string> present) =>
            present.Where(recorded.Contains).Reverse().Take(Math.Max(present.Count - count, 0));
    }
}
