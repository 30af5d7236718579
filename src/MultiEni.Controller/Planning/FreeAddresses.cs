using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;

namespace MultiEni.Controller.Planning;

/// <summary>
/// Free addresses of subnets while a plan is made. EC2 tells those that were free when it was asked; what was planned since, here or for
/// other NodeENIs, is taken off by hand (docs/reference/ec2.md#subnet-addresses).
/// </summary>
internal sealed class FreeAddresses(ResolvedNetwork network, Func<string, IEnumerable<EniAttachment>> attachmentsIn)
{
    private const int AddressesInAPrefix = 16;
    private readonly Dictionary<string, int> _left = [];

    /// <summary>IPv4 addresses that one ENI takes: its own, the secondary ones, and whole prefixes of sixteen.</summary>
    public static int NeededFor(int secondaryAddresses, int prefixes) => 1 + secondaryAddresses + (AddressesInAPrefix * prefixes);

    /// <summary>IPv4 addresses that one ENI of a NodeENI takes.</summary>
    public static int NeededFor(NodeEniSpec spec) => NeededFor(spec.SecondaryPrivateIpCount, spec.Ipv4PrefixCount);

    /// <summary>How many are left; any number in a subnet whose ENIs need none.</summary>
    public int In(ResolvedSubnet subnet)
    {
        if (subnet.Ipv6Native)
        {
            return int.MaxValue;
        }

        if (!_left.TryGetValue(subnet.SubnetId, out var free))
        {
            free = subnet.FreeAddresses;
            foreach (var attachment in attachmentsIn(subnet.SubnetId))
            {
                if (!network.Counted.Contains(attachment.Metadata.Name))
                {
                    free -= NeededFor(attachment.Spec!.SecondaryPrivateIpCount, attachment.Spec.Ipv4PrefixCount);
                }
            }

            _left.Add(subnet.SubnetId, free);
        }

        return free;
    }

    /// <summary>Takes addresses for an ENI.</summary>
    public void Take(ResolvedSubnet subnet, int needed) => _left[subnet.SubnetId] = In(subnet) - needed;
}
