using MultiEni.Api.NodeEnis;

namespace MultiEni.Controller.Planning;

/// <summary>A subnet that a NodeENI's sources led to.</summary>
/// <param name="SubnetId">The subnet.</param>
/// <param name="VpcId">Its VPC.</param>
/// <param name="Zone">Its availability zone: an ENI can only be attached within it.</param>
/// <param name="Cidr">Its IPv4 range; empty when it has none.</param>
/// <param name="FreeAddresses">Free IPv4 addresses when last asked.</param>
internal sealed record ResolvedSubnet(string SubnetId, string VpcId, string Zone, string Cidr, int FreeAddresses)
{
    /// <summary>Whether it has IPv6 alone. ENIs in it get an IPv6 address in place of an IPv4 one, of which a subnet never runs short.</summary>
    public bool Ipv6Native { get; init; }

    /// <summary>Whether it can have the addresses that a NodeENI asks for beside the first.</summary>
    public bool TakesAddressesOf(NodeEniSpec spec)
    {
        return !Ipv6Native || (spec.SecondaryPrivateIpCount == 0 && spec.Ipv4PrefixCount == 0);
    }
}
