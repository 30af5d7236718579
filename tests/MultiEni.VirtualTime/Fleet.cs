using System.Text.Json.Nodes;
using MultiEni.Api;
using MultiEni.Simulator.Ec2;
using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.VirtualTime;

/// <summary>
/// Instances that run, the nodes they are, and NodeENIs that ask for ENIs on all of them.
/// </summary>
public static class Fleet
{
    private const string Zone = "us-east-1a";
    private const string Type = "m5.4xlarge";
    private const string Label = "fleet";

    /// <summary>Subnets and nodes; the IDs of the subnets for the ENIs.</summary>
    public static IReadOnlyList<string> Build(Ec2World world, ObjectStore store, int nodes, int subnets)
    {
        ArgumentNullException.ThrowIfNull(world);
        ArgumentNullException.ThrowIfNull(store);
        var vpc = world.AddVpc("10.0.0.0/8").Id;
        var home = world.AddSubnet(vpc, Zone, "10.0.0.0/16").Id;
        for (var i = 0; i < nodes; i++)
        {
            AddNode(store, $"node-{i:00000}", world.RunInstance(Type, home));
        }

        world.AddSecurityGroup(vpc, "enis", id: SecurityGroup);
        return [.. Enumerable.Range(1, subnets).Select(i => world.AddSubnet(vpc, Zone, $"10.{i}.0.0/16").Id)];
    }

    /// <summary>The group that all ENIs get.</summary>
    public const string SecurityGroup = "sg-0123456789abcdef0";

    /// <summary>A NodeENI for all nodes of the fleet.</summary>
    public static JsonObject NodeEni(string name, int deviceIndex, IEnumerable<string> subnets, bool sourceDestCheck) =>
        new()
        {
            ["apiVersion"] = Names.ApiVersion,
            ["kind"] = Names.NodeEniKind,
            ["metadata"] = new JsonObject { ["name"] = name },
            ["spec"] = new JsonObject
            {
                ["nodeSelector"] = new JsonObject { [Label] = "all" },
                ["subnetIDs"] = new JsonArray([.. subnets.Select(subnet => JsonValue.Create(subnet))]),
                ["securityGroupIDs"] = new JsonArray(SecurityGroup),
                ["deviceIndex"] = deviceIndex,
                ["sourceDestCheck"] = sourceDestCheck,
            },
        };

    private static void AddNode(ObjectStore store, string name, string instance) =>
        store.Create(
            "nodes",
            new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "Node",
                ["metadata"] = new JsonObject
                {
                    ["name"] = name,
                    ["labels"] = new JsonObject
                    {
                        [Label] = "all",
                        ["node.kubernetes.io/instance-type"] = Type,
                        ["topology.kubernetes.io/zone"] = Zone,
                    },
                },
                ["spec"] = new JsonObject { ["providerID"] = $"aws:///{Zone}/{instance}" },
            },
            taintNode: false
        );
}
