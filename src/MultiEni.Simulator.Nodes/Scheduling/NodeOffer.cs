using System.Text.Json.Nodes;
using MultiEni.Simulator.Nodes.Cluster;

namespace MultiEni.Simulator.Nodes.Scheduling;

/// <summary>What a node has to offer.</summary>
/// <param name="Name">The node.</param>
/// <param name="Unschedulable">Cordoned.</param>
/// <param name="Labels">Its labels.</param>
/// <param name="Taints">Its taints.</param>
/// <param name="Allocatable">Thousandths of each resource.</param>
internal sealed record NodeOffer(
    string Name,
    bool Unschedulable,
    IReadOnlyDictionary<string, string> Labels,
    IReadOnlyList<NodeTaint> Taints,
    IReadOnlyDictionary<string, long> Allocatable
)
{
    internal static NodeOffer Of(ClusterObject node) =>
        new(
            node.Name,
            node["spec"]?["unschedulable"]?.GetValue<bool>() ?? false,
            node.Metadata.Labels ?? [],
            [
                .. (node["spec"]?["taints"] as JsonArray ?? [])
                    .OfType<JsonObject>()
                    .Select(taint => new NodeTaint(
                        taint["key"]?.GetValue<string>() ?? "",
                        taint["value"]?.GetValue<string>() ?? "",
                        taint["effect"]?.GetValue<string>() ?? ""
                    )),
            ],
            (node["status"]?["allocatable"] as JsonObject ?? []).ToDictionary(
                resource => resource.Key,
                resource => Quantity.Thousandths(resource.Value?.ToString()) ?? 0,
                StringComparer.Ordinal
            )
        );
}
