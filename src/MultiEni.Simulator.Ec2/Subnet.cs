namespace MultiEni.Simulator.Ec2;

/// <summary>A subnet as <c>DescribeSubnets</c> shows it.</summary>
/// <param name="FreeAddresses">
/// IPv4 addresses left: the block less five reserved ones, the used ones, and sixteen for each /28
/// prefix (docs/reference/ec2.md#subnet-addresses).
/// </param>
/// <param name="Cidr">
/// IPv4 range; empty for a subnet with IPv6 only, which EC2 calls IPv6-native.
/// </param>
/// <param name="Ipv6Cidr">A /64, or null for a subnet with IPv4 only.</param>
public sealed record Subnet(
    string Id,
    string VpcId,
    string AvailabilityZone,
    string Cidr,
    string? Ipv6Cidr,
    int FreeAddresses,
    IReadOnlyDictionary<string, string> Tags
)
{
    /// <summary>Whether it has IPv6 alone.</summary>
    public bool Ipv6Native => Cidr.Length == 0;
}
