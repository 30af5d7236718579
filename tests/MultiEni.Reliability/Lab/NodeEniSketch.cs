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

    /// <summary>
    /// Whether its devices are bound to vfio-pci and offered to pods; needs real ENI managers.
    /// </summary>
    public bool Dpdk { get; init; }

    public override string ToString() =>
        $"{Name}: {Subnets.Count} subnets, {Groups.Count} groups, index {DeviceIndex}, '{Description}', team {Team}, "
        + $"source/dest check {SourceDestCheck}, delete on termination {DeleteOnTermination}, DPDK {Dpdk}";

    public JsonObject ToJson() =>
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
            },
        };

    private static JsonArray Array(IReadOnlyList<string> values) => new([.. values.Select(value => (JsonNode)value)]);
}
