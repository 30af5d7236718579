using System.Net;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Ec2;

namespace MultiEni.Controller.Planning;

/// <summary>
/// Free addresses of subnets while a plan is made. EC2 tells those that were free when it was
/// asked; what was planned since, here or for other NodeENIs, is taken off by hand
/// (docs/reference/ec2.md#subnet-addresses).
/// </summary>
internal sealed class FreeAddresses(ResolvedNetwork network, Func<string, IEnumerable<EniAttachment>> attachmentsIn)
{
    /// <summary>Addresses of a /28.</summary>
    public const int InAPrefix = 16;

    private readonly Dictionary<string, int> _left = [];

    /// <summary>
    /// IPv4 addresses that one ENI takes: its own, the secondary ones, and whole prefixes of
    /// sixteen.
    /// </summary>
    public static int NeededFor(int secondaryAddresses, int prefixes) => 1 + secondaryAddresses + (InAPrefix * prefixes);

    /// <summary>IPv4 addresses that one ENI of a NodeENI takes.</summary>
    public static int NeededFor(NodeEniSpec spec) => NeededFor(spec.SecondaryPrivateIpCount, spec.Ipv4PrefixCount);

    /// <summary>
    /// Of those that are free in a subnet, how many one ENI of a NodeENI takes. What the subnet keeps
    /// for prefixes, or for addresses that are named, is not among the free ones.
    /// </summary>
    public static int NeededIn(ResolvedSubnet subnet, NodeEniSpec spec) =>
        NeededIn(subnet, spec.PrivateIpAddresses ?? [], spec.SecondaryPrivateIpCount, spec.Ipv4PrefixCount);

    /// <summary>The same for an ENI with these primary addresses to choose from, and so many more.</summary>
    public static int NeededIn(ResolvedSubnet subnet, IReadOnlyList<string> primaries, int secondaryAddresses, int prefixes)
    {
        var needed = NeededFor(secondaryAddresses, subnet.Reservations.Any(range => range.Type == CidrReservation.Prefix) ? 0 : prefixes);
        var named = primaries.Where(address => Contains(subnet.Cidr, address)).ToList();
        return named.Count > 0 && named.TrueForAll(address => IsKept(subnet, address)) ? needed - 1 : needed;
    }

    private static bool IsKept(ResolvedSubnet subnet, string address) =>
        subnet.Reservations.Any(range => range.Type == CidrReservation.Explicit && Contains(range.Cidr, address));

    private static bool Contains(string cidr, string address) =>
        IPNetwork.TryParse(cidr, out var range) && IPAddress.TryParse(address, out var parsed) && range.Contains(parsed);

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
                    var spec = attachment.Spec!;
                    free -= NeededIn(subnet, spec.PrivateIpAddress is { } named ? [named] : [], spec.SecondaryPrivateIpCount, spec.Ipv4PrefixCount);
                }
            }

            _left.Add(subnet.SubnetId, free);
        }

        return free;
    }

    /// <summary>Takes addresses for an ENI.</summary>
    public void Take(ResolvedSubnet subnet, int needed) => _left[subnet.SubnetId] = In(subnet) - needed;
}
