using MultiEni.Api;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.NodeEnis;
using MultiEni.Cli.Plans;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Planning;

namespace MultiEni.Cli.Tests.Plans;

/// <summary>Small builders for plans.</summary>
internal static class PlanSamples
{
    public static Node Node(int number, string zone = "eu-1a", string type = "m5.large") =>
        new()
        {
            Metadata = new()
            {
                Name = $"node-{number:00}",
                Labels = new()
                {
                    ["ng"] = "multi-eni",
                    [NodeIdentity.ZoneLabel] = zone,
                    [NodeIdentity.InstanceTypeLabel] = type,
                },
            },
            Spec = new() { ProviderID = $"aws:///{zone}/i-{number:x8}" },
        };

    public static NodeEni NodeEni(string name = "data", Action<NodeEniSpec>? change = null)
    {
        var spec = new NodeEniSpec
        {
            NodeSelector = new() { ["ng"] = "multi-eni" },
            SubnetIds = ["subnet-a"],
            SecurityGroupIds = ["sg-a"],
        };
        change?.Invoke(spec);
        return new NodeEni
        {
            Metadata = new() { Name = name, Uid = $"uid-{name}" },
            Spec = spec,
        };
    }

    public static Fleet Fleet(int nodes = 2, int free = 100, int enis = 3) =>
        new()
        {
            Nodes = [.. Enumerable.Range(0, nodes).Select(number => Node(number))],
            Resolve = nodeEni => Resolve(nodeEni, free),
            Subnet = id => Subnet(id, free),
            ElasticIps = nodeEni => new ElasticIps.Known(nodeEni.Spec!.ElasticIps?.AllocationIds ?? []),
            Limits = type => new InstanceTypeLimits(type, enis, [enis], 10),
        };

    /// <summary>What some edits do, as <c>+node-00/subnet-a</c>.</summary>
    public static List<string> Texts(this NodeEniForecast forecast) =>
        [
            .. forecast.Changes.Select(change =>
                $"{PlanActions.Sign(PlanActions.Of(change.Kind))}{change.Attachment.Spec!.NodeName}/{change.Attachment.Spec.SubnetId}"
            ),
        ];

    private static ResolvedSubnet Subnet(string id, int free) => new(id, "vpc-1", $"eu-1{id[^1]}", "10.0.0.0/24", free);

    /// <summary>The EC2 calls that some edits take.</summary>
    public static IEnumerable<(string Action, int Count)> Calls(this NodeEniForecast forecast, Fleet fleet) =>
        Ec2Calls.Count(Forecast.AddressesIn(fleet), forecast).Select(call => (call.Key, call.Value));

    private static NetworkResolution Resolve(NodeEni nodeEni, int free)
    {
        var known = new ConditionClaim(true, Reasons.Resolved, "");
        return new(
            new ResolvedNetwork(
                [.. nodeEni.Spec!.SubnetIds!.Select(id => Subnet(id, free))],
                new Dictionary<string, IReadOnlyList<string>> { ["vpc-1"] = ["sg-a"] }
            ),
            known,
            known
        );
    }
}
