using MultiEni.Simulator.Ec2.Protocol;
using MultiEni.Simulator.Ec2.State;

namespace MultiEni.Simulator.Ec2.Actions;

/// <summary>
/// Subnets with their free addresses (docs/reference/ec2.md#subnet-addresses,
/// docs/reference/ec2.md#describe-calls).
/// </summary>
internal static class DescribeSubnets
{
    private static readonly FilterFields<Subnet> _filters = new(
        new Dictionary<string, Func<Subnet, IEnumerable<string>>>(StringComparer.Ordinal)
        {
            ["subnet-id"] = subnet => [subnet.Id],
            ["vpc-id"] = subnet => [subnet.VpcId],
            ["availability-zone"] = subnet => [subnet.AvailabilityZone],
            ["availability-zone-id"] = subnet => [NetworkInterfaceFields.ZoneId(subnet.AvailabilityZone)],
            ["cidr-block"] = subnet => [subnet.Cidr],
            ["state"] = _ => ["available"],
            ["available-ip-address-count"] = subnet => [$"{subnet.FreeAddresses}"],
        },
        subnet => subnet.Tags
    );

    public static void Execute(Ec2State state, QueryParameters query, XmlAnswer answer)
    {
        var ids = query.List("SubnetId");
        var filters = QueryFilter.Parse(query);
        _filters.Check(filters);
        var page = Paging.Of(query, ids.Count > 0, maximum: 1000);
        var subnets = ids.Count > 0 ? ids.Select(state.RequireSubnet) : state.Subnets.Values;
        var (rows, next) = PagedTable.Cut(subnets.Select(subnet => subnet.Row), subnet => _filters.Matches(subnet, filters), page);
        answer.Set("subnetSet", rows, (item, subnet) => Write(state, item, subnet)).Text("nextToken", next);
    }

    private static void Write(Ec2State state, XmlAnswer answer, Subnet subnet)
    {
        answer
            .Text("subnetId", subnet.Id)
            .Text("subnetArn", $"arn:aws:ec2:{state.Options.Region}:{state.Options.AccountId}:subnet/{subnet.Id}")
            .Text("state", "available")
            .Text("ownerId", state.Options.AccountId)
            .Text("vpcId", subnet.VpcId)
            .Text("cidrBlock", subnet.Ipv6Native ? null : subnet.Cidr)
            .Number("availableIpAddressCount", subnet.FreeAddresses)
            .Text("availabilityZone", subnet.AvailabilityZone)
            .Text("availabilityZoneId", NetworkInterfaceFields.ZoneId(subnet.AvailabilityZone))
            .Flag("ipv6Native", subnet.Ipv6Native)
            .Flag("assignIpv6AddressOnCreation", subnet.Ipv6Native)
            .Flag("defaultForAz", false)
            .Flag("mapPublicIpOnLaunch", false);
        IEnumerable<string> ipv6 = subnet.Ipv6Cidr is { } cidr ? [cidr] : [];
        answer.Set(
            "ipv6CidrBlockAssociationSet",
            ipv6,
            static (item, block) =>
                item.Text("ipv6CidrBlock", block).Begin("ipv6CidrBlockState").Text("state", "associated").End("ipv6CidrBlockState")
        );
        answer.TagSet(subnet.Tags);
    }
}
