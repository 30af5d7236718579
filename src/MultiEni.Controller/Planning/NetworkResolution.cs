using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Ec2.Failures;

namespace MultiEni.Controller.Planning;

/// <summary>What became of a NodeENI's sources of subnets and security groups.</summary>
/// <param name="Network">The result; null unless every source led to something.</param>
/// <param name="Subnets">The condition <c>SubnetsResolved</c>.</param>
/// <param name="SecurityGroups">The condition <c>SecurityGroupsResolved</c>.</param>
internal sealed record NetworkResolution(ResolvedNetwork? Network, ConditionClaim Subnets, ConditionClaim SecurityGroups)
{
    private const int Named = 3;

    /// <summary>Why EC2 could not be asked; null when it answered.</summary>
    public Ec2Failure? Failure { get; init; }

    /// <summary>The same, with a word about listed addresses that lie in none of the subnets.</summary>
    /// <param name="addresses">What the NodeENI lists.</param>
    public NetworkResolution WithoutPlaceFor(IReadOnlyList<string>? addresses)
    {
        if (Network is null || FixedAddresses.Outside(addresses, Network) is not { Count: > 0 } outside)
        {
            return this;
        }

        var more = outside.Count > Named ? $" and {outside.Count - Named} more" : "";
        return this with
        {
            Subnets = Subnets with
            {
                Message =
                    $"{Subnets.Message}; not used, because none of these subnets has them: {string.Join(", ", outside.Take(Named))}{more} of spec.privateIPAddresses",
            },
        };
    }
}

/// <summary>
/// Where a NodeENI's ENIs go: its subnets, in the order of their sources and without duplicates,
/// and its security groups by VPC.
/// </summary>
/// <param name="Subnets">The subnets.</param>
/// <param name="SecurityGroupIdsByVpc">
/// Sorted group IDs; every VPC of <paramref name="Subnets" /> has at least one.
/// </param>
internal sealed record ResolvedNetwork(
    IReadOnlyList<ResolvedSubnet> Subnets,
    IReadOnlyDictionary<string, IReadOnlyList<string>> SecurityGroupIdsByVpc
)
{
    /// <summary>
    /// Names of the attachments that had their ENI before the subnets were described: its addresses
    /// are among those that EC2 no longer counts as free. Those of all others still have to be
    /// taken off.
    /// </summary>
    public IReadOnlySet<string> Counted { get; init; } = new HashSet<string>();
}

/// <summary>A subnet that a NodeENI's sources led to.</summary>
/// <param name="SubnetId">The subnet.</param>
/// <param name="VpcId">Its VPC.</param>
/// <param name="Zone">Its availability zone: an ENI can only be attached within it.</param>
/// <param name="Cidr">Its IPv4 range; empty when it has none.</param>
/// <param name="FreeAddresses">Free IPv4 addresses when last asked.</param>
internal sealed record ResolvedSubnet(string SubnetId, string VpcId, string Zone, string Cidr, int FreeAddresses)
{
    /// <summary>
    /// Whether it has IPv6 alone. ENIs in it get an IPv6 address in place of an IPv4 one, of which
    /// a subnet never runs short.
    /// </summary>
    public bool Ipv6Native { get; init; }

    /// <summary>Its IPv6 range; null when it has none.</summary>
    public string? Ipv6Cidr { get; init; }

    /// <summary>What it keeps beside its free addresses, as far as that was asked for.</summary>
    public IReadOnlyList<CidrReservation> Reservations { get; init; } = [];

    /// <summary>As EC2 describes it.</summary>
    public static ResolvedSubnet Of(SubnetRow row) =>
        new(row.SubnetId, row.VpcId, row.AvailabilityZone, row.Cidr, row.FreeAddresses)
        {
            Ipv6Native = row.Ipv6Native,
            Ipv6Cidr = row.Ipv6Cidr,
            Reservations = row.Reservations,
        };

    /// <summary>
    /// Whether it can have the addresses that a NodeENI asks for beside the first.
    /// </summary>
    public bool TakesAddressesOf(NodeEniSpec spec)
    {
        return !Ipv6Native || (spec.SecondaryPrivateIpCount == 0 && spec.Ipv4PrefixCount == 0);
    }
}
