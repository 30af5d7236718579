using System.Text.Json.Nodes;
using MultiEni.Simulator.Nodes.Cluster;

namespace MultiEni.Simulator.Nodes.Kubelets.Claims;

/// <summary>Which ResourceClaims a pod uses, by its specification and status.</summary>
internal static class PodClaims
{
    /// <summary>
    /// Names of the pod's claims that exist by now, that of an extended resource among them.
    /// </summary>
    internal static IReadOnlyList<string> Of(ClusterObject pod)
    {
        var generated = (pod["status"]?["resourceClaimStatuses"] as JsonArray ?? [])
            .OfType<JsonObject>()
            .Where(status => status["resourceClaimName"] is not null)
            .ToDictionary(
                status => status["name"]!.GetValue<string>(),
                status => status["resourceClaimName"]!.GetValue<string>(),
                StringComparer.Ordinal
            );
        var named = Entries(pod)
            .Select(entry => entry["resourceClaimName"]?.GetValue<string>() ?? generated.GetValueOrDefault(entry["name"]!.GetValue<string>()));
        return [.. named.Append(ExtendedOf(pod)).OfType<string>().Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Whether every entry of the specification has its claim.</summary>
    internal static bool AreMade(ClusterObject pod) => Of(pod).Count >= Entries(pod).Count();

    /// <summary>Entries of the pod's specification.</summary>
    internal static IEnumerable<JsonObject> Entries(ClusterObject pod) => (pod["spec"]?["resourceClaims"] as JsonArray ?? []).OfType<JsonObject>();

    /// <summary>
    /// Extended resources that the pod gets by a claim, and not of a device plugin.
    /// </summary>
    internal static IReadOnlySet<string> ResourcesOf(ClusterObject pod) =>
        (pod["status"]?["extendedResourceClaimStatus"]?["requestMappings"] as JsonArray ?? [])
            .Select(mapping => mapping!["resourceName"]!.GetValue<string>())
            .ToHashSet(StringComparer.Ordinal);

    private static string? ExtendedOf(ClusterObject pod) => pod["status"]?["extendedResourceClaimStatus"]?["resourceClaimName"]?.GetValue<string>();
}
