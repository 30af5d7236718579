using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Resources;

namespace MultiEni.Simulator.Kubernetes.Discovery;

/// <summary>Discovery of everything in two answers (<c>apidiscovery.k8s.io/v2</c>).</summary>
internal static class AggregatedDiscovery
{
    public static JsonObject Core(ResourceRegistry registry) =>
        List([
            Group(
                "",
                [
                    registry
                        .All.Where(static resource => resource.Group.Length == 0)
                        .GroupBy(static resource => resource.ApiVersion, StringComparer.Ordinal)
                        .First(),
                ]
            ),
        ]);

    public static JsonObject Groups(ResourceRegistry registry) =>
        List(DiscoveryGroups.Named(registry).Select(static group => Group(group.Key, group)));

    private static JsonObject List(IEnumerable<JsonObject> groups) =>
        new()
        {
            ["kind"] = "APIGroupDiscoveryList",
            ["apiVersion"] = "apidiscovery.k8s.io/v2",
            ["metadata"] = new JsonObject(),
            ["items"] = new JsonArray([.. groups]),
        };

    private static JsonObject Group(string name, IEnumerable<IGrouping<string, ResourceDefinition>> versions)
    {
        var metadata = new JsonObject { ["creationTimestamp"] = null };
        if (name.Length > 0)
        {
            metadata["name"] = name;
        }

        return new JsonObject
        {
            ["metadata"] = metadata,
            ["versions"] = new JsonArray([
                .. versions.Select(static version =>
                    (JsonNode)
                        new JsonObject
                        {
                            ["version"] = version.First().Version,
                            ["resources"] = new JsonArray([.. version.Select(static resource => (JsonNode)Resource(resource))]),
                            ["freshness"] = "Current",
                        }
                ),
            ]),
        };
    }

    private static JsonObject Resource(ResourceDefinition resource)
    {
        var entry = new JsonObject
        {
            ["resource"] = resource.Plural,
            ["responseKind"] = Kind(resource),
            ["scope"] = resource.Namespaced ? "Namespaced" : "Cluster",
            ["singularResource"] = resource.Singular,
            ["verbs"] = Texts(DiscoveryGroups.Verbs),
        };
        if (resource.ShortNames.Count > 0)
        {
            entry["shortNames"] = Texts(resource.ShortNames);
        }

        if (resource.Categories.Count > 0)
        {
            entry["categories"] = Texts(resource.Categories);
        }

        if (resource.HasStatus)
        {
            entry["subresources"] = new JsonArray(
                new JsonObject
                {
                    ["subresource"] = "status",
                    ["responseKind"] = Kind(resource),
                    ["verbs"] = Texts(DiscoveryGroups.StatusVerbs),
                }
            );
        }

        return entry;
    }

    private static JsonObject Kind(ResourceDefinition resource) =>
        new()
        {
            ["group"] = resource.Group,
            ["version"] = resource.Version,
            ["kind"] = resource.Kind,
        };

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(static text => (JsonNode)text)]);
}
