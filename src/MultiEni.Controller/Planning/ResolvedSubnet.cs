namespace MultiEni.Controller.Planning;

/// <summary>A subnet that a NodeENI's sources led to.</summary>
/// <param name="SubnetId">The subnet.</param>
/// <param name="VpcId">Its VPC.</param>
/// <param name="Zone">Its availability zone: an ENI can only be attached within it.</param>
/// <param name="Cidr">Its IPv4 range.</param>
/// <param name="FreeAddresses">Free IPv4 addresses when last asked.</param>
public sealed record ResolvedSubnet(string SubnetId, string VpcId, string Zone, string Cidr, int FreeAddresses);
