using System.Net;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Ec2;

namespace MultiEni.Controller.Planning;

/// <summary>Which of its zone's subnets a node gets an ENI in. Pure.</summary>
internal static class SubnetChoice
{
    /// <summary>The slots of a node, each with its subnet.</summary>
    /// <param name="input">The NodeENI, and which subnets have no room.</param>
    /// <param name="instance">The node's instance.</param>
    /// <param name="inZone">The subnets in its zone; at least one.</param>
    /// <param name="existing">The NodeENI's attachments by name.</param>
    /// <param name="free">Free addresses.</param>
    /// <param name="primaries">The primary addresses that the NodeENI lists.</param>
    /// <param name="retained">The ENIs that outlived their nodes.</param>
    public static IReadOnlyList<(string Slot, ResolvedSubnet Subnet)> For(
        PlanInput input,
        NodeIdentity.Ec2 instance,
        IReadOnlyList<ResolvedSubnet> inZone,
        IReadOnlyDictionary<string, EniAttachment> existing,
        FreeAddresses free,
        FixedAddresses primaries,
        RetainedEnis retained
    )
    {
        var nodeEni = input.NodeEni;
        var spec = nodeEni.Spec!;
        if (spec.SubnetPolicy != SubnetPolicies.MostFree)
        {
            return inZone.Select(subnet => (subnet.SubnetId, subnet)).ToList();
        }

        var name = SlotName.Of(nodeEni.Metadata.Name, nodeEni.Metadata.Uid!, instance.InstanceId, SlotName.MostFree);
        bool HasRetained(ResolvedSubnet subnet) => retained.HasFor(name, subnet.SubnetId);
        bool HasRoom(ResolvedSubnet subnet) =>
            HasRetained(subnet)
            || (
                !input.HasNoRoom(subnet.SubnetId)
                && subnet.TakesAddressesOf(spec)
                && free.In(subnet) >= FreeAddresses.NeededIn(subnet, spec)
                && primaries.HasFree(subnet)
            );

        var best = inZone
            .OrderByDescending(subnet => retained.HasOwn(name, subnet.SubnetId))
            .ThenByDescending(HasRetained)
            .ThenByDescending(HasRoom)
            .ThenByDescending(free.In)
            .ThenBy(subnet => subnet.SubnetId, StringComparer.Ordinal)
            .First();
        if (
            existing.TryGetValue(name, out var attachment)
            && inZone.FirstOrDefault(subnet => subnet.SubnetId == attachment.Spec!.SubnetId) is { } present
        )
        {
            // An ENI stays in its subnet: free addresses move all the time. One that cannot be
            // created there goes where there is room.
            var stays = HasEni(input, attachment) || retained.IsHeld(attachment) || !input.HasNoRoom(present.SubnetId) || !HasRoom(best);
            return [(SlotName.MostFree, stays ? present : best)];
        }

        return [(SlotName.MostFree, best)];
    }

    private static bool HasEni(PlanInput input, EniAttachment attachment) =>
        attachment.Status?.Network is { EniId: not null, State: not EniState.Pending } || input.IsMade(attachment.Metadata.Name);
}

/// <summary>
/// Free addresses of subnets while a plan is made. EC2 tells those that were free when it was
/// asked; what was planned since, here or for other NodeENIs, is taken off by hand
/// (docs/reference/ec2.md#subnet-addresses).
/// </summary>
internal sealed class FreeAddresses(ResolvedNetwork network, Func<string, IEnumerable<EniAttachment>> attachmentsIn)
{
    private const int AddressesInAPrefix = 16;
    private readonly Dictionary<string, int> _left = [];

    /// <summary>
    /// IPv4 addresses that one ENI takes: its own, the secondary ones, and whole prefixes of
    /// sixteen.
    /// </summary>
    public static int NeededFor(int secondaryAddresses, int prefixes) => 1 + secondaryAddresses + (AddressesInAPrefix * prefixes);

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
