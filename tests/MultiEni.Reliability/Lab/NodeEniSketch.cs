using System.Text.Json.Nodes;

namespace MultiEni.Reliability.Lab;

/// <summary>A NodeENI for all nodes, with one ENI in each subnet.</summary>
internal sealed record NodeEniSketch(string Name)
{
    public IReadOnlyList<string> Subnets { get; init; } = [Cluster.SubnetA, Cluster.SubnetB];

    public IReadOnlyList<string> Groups { get; init; } = [Cluster.Group];

    public int DeviceIndex { get; init; } = 2;

    public string Description { get; init; } = "made for a test";

    public string Team { get; init; } = "data";

    public bool SourceDestCheck { get; init; }

    public bool DeleteOnTermination { get; init; } = true;

    /// <summary>Whether the ENIs of the launch template are used.</summary>
    public bool Adopt { get; init; }

    /// <summary>
    /// Whether its devices are bound to vfio-pci and offered to pods; needs real ENI managers.
    /// </summary>
    public bool Dpdk { get; init; }

    /// <summary>Free addresses for pods that are kept on each ENI; null for none.</summary>
    public int? Warm { get; init; }

    /// <summary>Timeout of idle TCP connections in EC2; null leaves it to EC2.</summary>
    public int? TcpTimeout { get; init; }

    /// <summary>Whether each ENI has an Elastic IP.</summary>
    public bool ElasticIps { get; init; }

    /// <summary>ENA queues; null for EC2's default.</summary>
    public int? Queues { get; init; }

    /// <summary>Whether ENA Express is on; null leaves it to EC2.</summary>
    public bool? EnaExpress { get; init; }

    /// <summary>Whether its ENIs outlive their node; then it needs DeleteOnTermination off.</summary>
    public bool Retains { get; init; }

    public override string ToString() =>
        $"{Name}: {Subnets.Count} subnets, {Groups.Count} groups, index {DeviceIndex}, '{Description}', team {Team}, "
        + $"source/dest check {SourceDestCheck}, delete on termination {DeleteOnTermination}, adopt {Adopt}, DPDK {Dpdk}, warm {Warm}, TCP timeout {TcpTimeout}, queues {Queues}, ENA Express {EnaExpress}, Elastic IPs {ElasticIps}, retains {Retains}";

    public JsonObject ToJson()
    {
        var json = Json();
        if (Warm is { } warm)
        {
            json["spec"]!["podAddresses"] = new JsonObject { ["warm"] = warm };
        }

        if (TcpTimeout is { } timeout)
        {
            json["spec"]!["connectionTracking"] = new JsonObject { ["tcpEstablishedTimeout"] = timeout };
        }

        if (Queues is { } queues)
        {
            json["spec"]!["enaQueueCount"] = queues;
        }

        if (Retains)
        {
            json["spec"]!["retainPolicy"] = "Retain";
        }

        if (ElasticIps)
        {
            json["spec"]!["elasticIPs"] = new JsonObject { ["allocationIDs"] = Array(Cluster.ElasticIps) };
        }

        if (EnaExpress is { } express)
        {
            json["spec"]!["enaExpress"] = new JsonObject { ["enabled"] = express, ["udp"] = false };
        }

        return json;
    }

    private JsonObject Json() =>
        new()
        {
            ["metadata"] = new JsonObject { ["name"] = Name },
            ["spec"] = new JsonObject
            {
                ["nodeSelector"] = new JsonObject { ["ng"] = "multi-eni" },
                ["subnetIDs"] = Array(Subnets),
                ["securityGroupIDs"] = Array(Groups),
                ["deviceIndex"] = DeviceIndex,
                ["description"] = Description,
                ["tags"] = new JsonObject { ["team"] = Team },
                ["sourceDestCheck"] = SourceDestCheck,
                ["deleteOnTermination"] = DeleteOnTermination,
                ["enableDPDK"] = Dpdk,
                ["adopt"] = Adopt,
            },
        };

    private static JsonArray Array(IReadOnlyList<string> values) => new([.. values.Select(value => (JsonNode)value)]);
}
