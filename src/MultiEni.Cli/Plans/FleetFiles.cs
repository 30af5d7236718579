using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using MultiEni.Api;
using MultiEni.Api.Kubernetes;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Ec2.Limits;
using MultiEni.Controller.Planning;

namespace MultiEni.Cli.Plans;

/// <summary>
/// A cluster and its subnets as files tell of them: the output of <c>kubectl get nodes -o yaml</c>
/// and of <c>aws ec2 describe-subnets</c>. Security groups are taken for granted.
/// </summary>
internal static class FleetFiles
{
    private const string NotLookedUp =
        "Security groups, and which settings the instance types support, were not looked up: without --nodes they are, in EC2.";

    /// <summary>Reads them.</summary>
    /// <exception cref="Invocation.CommandFailedException">A file is no good.</exception>
    public static Fleet Read(string nodesFile, string subnetsFile)
    {
        var nodes = Nodes(nodesFile);
        var subnets = Subnets(subnetsFile);
        return new Fleet
        {
            Nodes = nodes,
            Resolve = nodeEni => NetworkResolver.Resolve(nodeEni.Spec!, subnets, Groups(nodeEni.Spec!, subnets)),
            Subnet = id => subnets.Find(subnet => subnet.SubnetId == id) is { } row ? ResolvedSubnet.Of(row) : null,
            ElasticIps = nodeEni =>
                nodeEni.Spec!.ElasticIps is { Selector.Count: > 0 }
                    ? new ElasticIps.Unknown("without EC2 nobody knows which have these tags")
                    : new ElasticIps.Known(nodeEni.Spec.ElasticIps?.AllocationIds ?? []),
            Limits = type => InstanceTypeTable.Types.GetValueOrDefault(type)?.Limits,
            Remarks = [NotLookedUp, .. Unknown(nodes)],
        };
    }

    private static IEnumerable<string> Unknown(IEnumerable<Node> nodes) =>
        nodes
            .Select(node => PlannedNode.Of(node).InstanceType)
            .OfType<string>()
            .Where(type => !InstanceTypeTable.Types.ContainsKey(type))
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .Select(type => $"The limits of {type} are not in the table of this program and were not checked.");

    private static List<Node> Nodes(string file)
    {
        var nodes = Documents
            .Parse(file, Documents.ReadFile(file))
            .Where(document => document["kind"]?.ToString() is null or "Node")
            .Select(document => Deserialize(file, document))
            .ToList();
        if (nodes.Count == 0)
        {
            throw Documents.Unusable($"There is no Node in {file}.", NodeRemedy);
        }

        return nodes.GroupBy(node => node.Metadata.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice
            ? throw Documents.Unusable($"{file}: the node {twice.Key} is there {twice.Count()} times.", "Keep one of them.")
            : nodes;
    }

    private static Node Deserialize(string file, JsonObject document)
    {
        try
        {
            return document.Deserialize(ApiJson.Default.Node) is { Metadata.Name.Length: > 0 } node
                ? node
                : throw Documents.Unusable($"{file}: a node has no metadata.name.", NodeRemedy);
        }
        catch (JsonException error)
        {
            throw Documents.Unusable($"{file}: {error.Message}", NodeRemedy);
        }
    }

    private static List<SubnetRow> Subnets(string file)
    {
        var rows = Documents
            .Parse(file, Documents.ReadFile(file))
            .SelectMany(document => document["Subnets"] is JsonArray list ? list.OfType<JsonObject>() : [document])
            .Select(subnet => Subnet(file, subnet))
            .ToList();
        return rows.Count > 0 ? rows : throw Documents.Unusable($"There is no subnet in {file}.", SubnetRemedy);
    }

    private const string NodeRemedy = "Write it with `kubectl get nodes -o yaml`.";
    private const string SubnetRemedy = "Write it with `aws ec2 describe-subnets`.";

    private static SubnetRow Subnet(string file, JsonObject subnet)
    {
        return new SubnetRow(
            Required("SubnetId"),
            Required("VpcId"),
            Required("AvailabilityZone"),
            subnet["CidrBlock"]?.ToString() ?? "",
            int.TryParse(Required("AvailableIpAddressCount"), NumberStyles.None, CultureInfo.InvariantCulture, out var free)
                ? free
                : throw Documents.Unusable($"{file}: AvailableIpAddressCount of {subnet["SubnetId"]} is not a number.", SubnetRemedy),
            Tags(subnet)
        )
        {
            Ipv6Native = subnet["Ipv6Native"]?.ToString() is "true",
            Ipv6Cidr = (subnet["Ipv6CidrBlockAssociationSet"] as JsonArray)?.OfType<JsonObject>().FirstOrDefault()?["Ipv6CidrBlock"]?.ToString(),
        };

        string Required(string field) =>
            subnet[field]?.ToString()
            ?? throw Documents.Unusable($"{file}: a subnet ({subnet["SubnetId"]?.ToString() ?? "without ID"}) has no {field}.", SubnetRemedy);
    }

    private static Dictionary<string, string> Tags(JsonObject subnet) =>
        (subnet["Tags"] as JsonArray ?? [])
            .OfType<JsonObject>()
            .GroupBy(tag => tag["Key"]?.ToString() ?? "", tag => tag["Value"]?.ToString() ?? "", StringComparer.Ordinal)
            .ToDictionary(tag => tag.Key, tag => tag.Last(), StringComparer.Ordinal);

    // One group in each VPC that every source of the NodeENI leads to.
    private static List<SecurityGroupRow> Groups(NodeEniSpec spec, IReadOnlyList<SubnetRow> subnets) =>
        [
            .. subnets
                .Select(subnet => subnet.VpcId)
                .Distinct(StringComparer.Ordinal)
                .SelectMany(vpc =>
                    (spec.SecurityGroupIds ?? [])
                        .Select(id => new SecurityGroupRow(id, "", vpc, new Dictionary<string, string>()))
                        .Concat(
                            (spec.SecurityGroupNames ?? []).Select(name => new SecurityGroupRow(
                                $"sg-of-{name}",
                                name,
                                vpc,
                                new Dictionary<string, string>()
                            ))
                        )
                        .Concat(spec.SecurityGroupSelector is { Count: > 0 } selector ? [new SecurityGroupRow("sg-selected", "", vpc, selector)] : [])
                ),
        ];
}
