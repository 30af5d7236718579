namespace MultiEni.Controller.Ec2;

/// <summary>One subnet as EC2 describes it.</summary>
/// <param name="SubnetId">`subnet-…`.</param>
/// <param name="VpcId">`vpc-…`.</param>
/// <param name="AvailabilityZone">Zone.</param>
/// <param name="Cidr">IPv4 range; empty when it has none.</param>
/// <param name="FreeAddresses">IPv4 addresses left; EC2 does not know of calls under way.</param>
/// <param name="Tags">All tags.</param>
internal sealed record SubnetRow(
    string SubnetId,
    string VpcId,
    string AvailabilityZone,
    string Cidr,
    int FreeAddresses,
    IReadOnlyDictionary<string, string> Tags
)
{
    /// <summary>Whether it has IPv6 alone; EC2 then counts no free addresses.</summary>
    public bool Ipv6Native { get; init; }
}
