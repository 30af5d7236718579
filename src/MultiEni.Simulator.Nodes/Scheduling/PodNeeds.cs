using System.Text.Json.Nodes;
using MultiEni.Simulator.Nodes.Cluster;

namespace MultiEni.Simulator.Nodes.Scheduling;

/// <summary>What a pod asks a node for.</summary>
/// <param name="Resources">Thousandths of each resource, one pod slot included.</param>
/// <param name="NodeSelector">Labels that the node must have.</param>
/// <param name="Tolerations">Taints that it bears.</param>
internal sealed record PodNeeds(
    IReadOnlyDictionary<string, long> Resources,
    IReadOnlyDictionary<string, string> NodeSelector,
    IReadOnlyList<Toleration> Tolerations
)
{
    internal const long One = 1000;

    internal static PodNeeds Of(ClusterObject pod)
    {
        var resources = new Dictionary<string, long>(StringComparer.Ordinal) { ["pods"] = One };
        foreach (var container in pod.Containers)
        {
            foreach (var (name, amount) in Requests(container["resources"]))
            {
                resources[name] = resources.GetValueOrDefault(name) + amount;
            }
        }

        foreach (var container in pod["spec"]?["initContainers"] as JsonArray ?? [])
        {
            foreach (var (name, amount) in Requests(container?["resources"]))
            {
                resources[name] = Math.Max(resources.GetValueOrDefault(name), amount);
            }
        }

        return new PodNeeds(
            resources,
            (pod["spec"]?["nodeSelector"] as JsonObject ?? []).ToDictionary(
                label => label.Key,
                label => label.Value?.ToString() ?? "",
                StringComparer.Ordinal
            ),
            [.. (pod["spec"]?["tolerations"] as JsonArray ?? []).OfType<JsonObject>().Select(Toleration.Of)]
        );
    }

    /// <summary>
    /// Whole devices of extended resources, which are those with a domain other than Kubernetes'
    /// own.
    /// </summary>
    internal IEnumerable<(string Resource, int Count)> Devices =>
        Resources
            .Where(resource => resource.Key.Contains('/', StringComparison.Ordinal) && resource.Value >= One)
            .Select(resource => (resource.Key, (int)(resource.Value / One)));

    /// <summary>Whole devices of extended resources that a container asks for.</summary>
    internal static IEnumerable<(string Resource, int Count)> DevicesOf(JsonObject container) =>
        Requests(container["resources"])
            .Where(request => request.Key.Contains('/', StringComparison.Ordinal) && request.Value >= One)
            .OrderBy(request => request.Key, StringComparer.Ordinal)
            .Select(request => (request.Key, (int)(request.Value / One)));

    /// <summary>The same without some resources.</summary>
    internal PodNeeds Without(IReadOnlyCollection<string> resources) =>
        resources.Count == 0
            ? this
            : this with
            {
                Resources = Resources.Where(resource => !resources.Contains(resource.Key)).ToDictionary(StringComparer.Ordinal),
            };

    /// <summary>Name of the container that asks for a resource; the first that does.</summary>
    internal static string ContainerWith(ClusterObject pod, string resource) =>
        pod.Containers.FirstOrDefault(container => AsksFor(container, resource))?["name"]?.GetValue<string>() ?? "";

    /// <summary>Whether a container asks for a resource.</summary>
    internal static bool AsksFor(JsonObject container, string resource) => Requests(container["resources"]).ContainsKey(resource);

    // A limit without a request is the request.
    private static Dictionary<string, long> Requests(JsonNode? resources)
    {
        var amounts = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var list in new[] { resources?["limits"], resources?["requests"] })
        {
            foreach (var (name, amount) in list as JsonObject ?? [])
            {
                amounts[name] = Quantity.Thousandths(amount?.ToString()) ?? 0;
            }
        }

        return amounts;
    }
}
