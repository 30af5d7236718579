using MultiEni.Simulator.Ec2;

namespace MultiEni.Simulator;

/// <summary>
/// The VPC of a simulated cluster. The identifiers that the documentation's manifests name exist in
/// it.
/// </summary>
public sealed class SimulatedClusterNetwork
{
    /// <summary>The subnet that the documentation's manifests name; in the first zone.</summary>
    public const string DocumentedSubnetId = "subnet-12345678";

    /// <summary>The security group that the documentation's manifests name.</summary>
    public const string DocumentedSecurityGroupId = "sg-12345678";

    private SimulatedClusterNetwork(Ec2World world, string region, int zones)
    {
        if (zones is < 1 or > 4)
        {
            throw new ArgumentOutOfRangeException(nameof(zones), zones, "A simulated cluster has 1 to 4 zones.");
        }

        VpcId = world.AddVpc().Id;
        SecurityGroup = world.AddSecurityGroup(VpcId, "enis", Named("enis"), DocumentedSecurityGroupId);
        MultusSecurityGroup = world.AddSecurityGroup(VpcId, "multus", Named("multus"));
        Zones = [.. Enumerable.Range(0, zones).Select(zone => $"{region}{(char)('a' + zone)}")];
        NodeSubnets = [.. Zones.Select((zone, i) => Add(world, zone, $"10.0.{64 * i}.0/18", "nodes", id: null))];
        EniSubnets = [.. Zones.Select((zone, i) => Add(world, zone, $"10.{i + 1}.0.0/17", "enis", i == 0 ? DocumentedSubnetId : null))];
        MultusSubnets = [.. Zones.Select((zone, i) => Add(world, zone, $"10.{i + 1}.128.0/17", "multus", id: null))];
    }

    /// <summary>Makes it in an account.</summary>
    /// <param name="world">The account.</param>
    /// <param name="region">Its Region.</param>
    /// <param name="zones">Availability zones, 1 to 4.</param>
    public static SimulatedClusterNetwork Create(Ec2World world, string region, int zones) => new(world, region, zones);

    /// <summary>The VPC.</summary>
    public string VpcId { get; }

    /// <summary>Zone names.</summary>
    public IReadOnlyList<string> Zones { get; }

    /// <summary>Of nodes, one for each zone: <c>nodes-a</c>.</summary>
    public IReadOnlyList<Subnet> NodeSubnets { get; }

    /// <summary>For ENIs, one for each zone: <c>enis-a</c>.</summary>
    public IReadOnlyList<Subnet> EniSubnets { get; }

    /// <summary>For ENIs, found by the tag Name: <c>multus-a</c>.</summary>
    public IReadOnlyList<Subnet> MultusSubnets { get; }

    /// <summary>Named <c>enis</c>.</summary>
    public SecurityGroup SecurityGroup { get; }

    /// <summary>Named <c>multus</c>.</summary>
    public SecurityGroup MultusSecurityGroup { get; }

    private Subnet Add(Ec2World world, string zone, string cidr, string name, string? id) =>
        world.AddSubnet(VpcId, zone, cidr, Named($"{name}-{zone[^1]}"), ipv6Cidr: null, id);

    private static Dictionary<string, string> Named(string name) => new(StringComparer.Ordinal) { ["Name"] = name };
}
