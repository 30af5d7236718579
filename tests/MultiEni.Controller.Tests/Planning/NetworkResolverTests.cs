using MultiEni.Api;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Planning;

namespace MultiEni.Controller.Tests.Planning;

public sealed class NetworkResolverTests
{
    private static readonly SubnetRow[] Subnets =
    [
        Subnet("subnet-1", "multus-a", "eu-1a"),
        Subnet("subnet-2", "multus-b", "eu-1b"),
        Subnet("subnet-3", "twice", "eu-1a"),
        Subnet("subnet-4", "twice", "eu-1b"),
        Subnet("subnet-9", "other", "eu-1a", vpc: "vpc-2"),
    ];

    private static readonly SecurityGroupRow[] Groups =
    [
        new("sg-1", "multus", "vpc-1", new Dictionary<string, string> { ["team"] = "net" }),
        new("sg-2", "second", "vpc-1", new Dictionary<string, string> { ["Name"] = "tagged" }),
        new("sg-3", "third", "vpc-1", new Dictionary<string, string> { ["Name"] = "tagged" }),
        new("sg-9", "multus", "vpc-2", new Dictionary<string, string>()),
    ];

    [Fact]
    public void All_sources_are_joined_in_order_without_duplicates()
    {
        var resolution = Resolve(s =>
        {
            s.SubnetId = "subnet-2";
            s.SecurityGroupIds = null;
            s.SecurityGroupNames = ["multus"];
            s.SubnetIds = ["subnet-1", "subnet-2"];
            s.SubnetName = "multus-a";
            s.SubnetSelector = new() { ["Name"] = "*", ["kind"] = "eni" };
        });

        Assert.Equal(["subnet-2", "subnet-1", "subnet-3", "subnet-4", "subnet-9"], resolution.Network!.Subnets.Select(subnet => subnet.SubnetId));
    }

    [Fact]
    [Trait("weakness", "W26")]
    public void Group_names_are_looked_up_in_the_VPC_of_the_subnet()
    {
        var resolution = Resolve(s =>
        {
            s.SubnetIds = ["subnet-1", "subnet-9"];
            s.SecurityGroupIds = null;
            s.SecurityGroupNames = ["multus"];
        });

        Assert.Equal(["sg-1"], resolution.Network!.SecurityGroupIdsByVpc["vpc-1"]);
        Assert.Equal(["sg-9"], resolution.Network.SecurityGroupIdsByVpc["vpc-2"]);
    }

    public static TheoryData<string, Action<NodeEniSpec>, string, string> Failures { get; } =
        new()
        {
            { "unknown subnet", s => s.SubnetId = "subnet-404", Reasons.SubnetNotFound, "subnet-404" },
            { "unknown subnet name", s => s.SubnetName = "nobody", Reasons.SubnetNotFound, "Name=nobody" },
            { "ambiguous subnet name", s => s.SubnetName = "twice", Reasons.SubnetNameAmbiguous, "subnet-3, subnet-4" },
            { "selector without match", s => s.SubnetSelector = new() { ["no"] = "*" }, Reasons.SubnetNotFound, "no=*" },
            { "unknown group", s => s.SecurityGroupIds = ["sg-404"], Reasons.SecurityGroupNotFound, "sg-404" },
            { "unknown group name", s => s.SecurityGroupNames = ["nobody"], Reasons.SecurityGroupNotFound, "nobody" },
            { "ambiguous group name", s => s.SecurityGroupNames = ["tagged"], Reasons.SecurityGroupNameAmbiguous, "sg-2, sg-3" },
            { "group of another VPC", s => s.SecurityGroupIds = ["sg-9"], Reasons.SecurityGroupNotFound, "vpc-1" },
        };

    [Theory]
    [Trait("weakness", "W17")]
    [Trait("weakness", "W26")]
    [MemberData(nameof(Failures))]
    public void A_source_that_leads_nowhere_is_reported_with_its_value(string what, Action<NodeEniSpec> change, string reason, string named)
    {
        var resolution = Resolve(change);

        Assert.Null(resolution.Network);
        var failed = resolution.Subnets.Holds ? resolution.SecurityGroups : resolution.Subnets;
        Assert.True(reason == failed.Reason, what);
        Assert.Contains(named, failed.Message, StringComparison.Ordinal);
    }

    private static NetworkResolution Resolve(Action<NodeEniSpec> change)
    {
        var spec = A.NodeEni().Spec!;
        spec.SubnetId = "subnet-1";
        change(spec);
        return NetworkResolver.Resolve(spec, Subnets, Groups);
    }

    private static SubnetRow Subnet(string id, string name, string zone, string vpc = "vpc-1") =>
        new(id, vpc, zone, "10.0.0.0/24", 10, new Dictionary<string, string> { ["Name"] = name, ["kind"] = "eni" });
}
