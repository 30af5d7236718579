using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Resources;

namespace MultiEni.Simulator.Kubernetes.Discovery;

/// <summary>
/// What is served: everything in two answers (<c>apidiscovery.k8s.io/v2</c>), or a group by itself.
/// </summary>
internal static class DiscoveryDocuments
{
    private static readonly string[] Verbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
    private static readonly string[] StatusVerbs = ["get", "patch", "update"];

    /// <summary>The core group in the aggregated form, or all others.</summary>
    public static JsonObject Aggregated(ResourceRegistry registry, bool isCore) =>
        new()
        {
            ["kind"] = "APIGroupDiscoveryList",
            ["apiVersion"] = "apidiscovery.k8s.io/v2",
            ["metadata"] = new JsonObject(),
            ["items"] = new JsonArray([.. Versions(registry, isCore).Select(static version => (JsonNode)AggregatedGroup(version))]),
        };

    /// <summary>The versions of the core group.</summary>
    public static JsonObject CoreVersions() =>
        new()
        {
            ["kind"] = "APIVersions",
            ["versions"] = new JsonArray("v1"),
            ["serverAddressByClientCIDRs"] = new JsonArray(),
        };

    /// <summary>The named groups.</summary>
    public static JsonObject Groups(ResourceRegistry registry) =>
        new()
        {
            ["kind"] = "APIGroupList",
            ["apiVersion"] = "v1",
            ["groups"] = new JsonArray([.. Versions(registry, isCore: false).Select(static version => (JsonNode)GroupOf(version.First()))]),
        };

    /// <summary>A group; null when there is none of that name.</summary>
    public static JsonObject? Group(ResourceRegistry registry, string name)
    {
        if (registry.All.FirstOrDefault(resource => resource.Group == name) is not { } found)
        {
            return null;
        }

        var group = GroupOf(found);
        group["kind"] = "APIGroup";
        group["apiVersion"] = "v1";
        return group;
    }

    /// <summary>
    /// The resources of a group; null when there is none of that name and version.
    /// </summary>
    public static JsonObject? Resources(ResourceRegistry registry, string group, string version)
    {
        var resources = registry.All.Where(resource => resource.Group == group && resource.Version == version).ToList();
        var entries = new JsonArray();
        foreach (var resource in resources)
        {
            var main = Entry(resource, resource.Plural, resource.Singular, VerbsOf(resource));
            AddNames(main, resource);
            var kind = Encoding.UTF8.GetBytes($"{resource.Group}/{resource.Version}/{resource.Kind}");
            main["storageVersionHash"] = Convert.ToBase64String(SHA256.HashData(kind).AsSpan(0, 8));
            entries.Add((JsonNode)main);
            if (resource.GroupResource == "pods")
            {
                entries.Add((JsonNode)Entry(resource, "pods/binding", "", ["create"], "Binding"));
                var eviction = Entry(resource, "pods/eviction", "", ["create"], "Eviction");
                eviction["group"] = "policy";
                eviction["version"] = "v1";
                entries.Add((JsonNode)eviction);
            }

            if (resource.HasStatus)
            {
                entries.Add((JsonNode)Entry(resource, resource.Plural + "/status", "", StatusVerbs));
            }
        }

        return resources.Count == 0
            ? null
            : new JsonObject
            {
                ["kind"] = "APIResourceList",
                ["apiVersion"] = "v1",
                ["groupVersion"] = resources[0].ApiVersion,
                ["resources"] = entries,
            };
    }

    // Each group has one version.
    private static IEnumerable<IGrouping<string, ResourceDefinition>> Versions(ResourceRegistry registry, bool isCore) =>
        registry
            .All.Where(resource => resource.Group.Length == 0 == isCore)
            .OrderBy(static resource => resource.Group, StringComparer.Ordinal)
            .GroupBy(static resource => resource.ApiVersion, StringComparer.Ordinal);

    private static JsonObject AggregatedGroup(IGrouping<string, ResourceDefinition> version)
    {
        var metadata = new JsonObject { ["creationTimestamp"] = null };
        if (version.First().Group.Length > 0)
        {
            metadata["name"] = version.First().Group;
        }

        return new JsonObject
        {
            ["metadata"] = metadata,
            ["versions"] = new JsonArray(
                new JsonObject
                {
                    ["version"] = version.First().Version,
                    ["resources"] = new JsonArray([.. version.Select(static resource => (JsonNode)AggregatedResource(resource))]),
                    ["freshness"] = "Current",
                }
            ),
        };
    }

    private static JsonObject AggregatedResource(ResourceDefinition resource)
    {
        var kind = resource.GroupVersionKind;
        var entry = new JsonObject
        {
            ["resource"] = resource.Plural,
            ["responseKind"] = kind,
            ["scope"] = resource.Namespaced ? "Namespaced" : "Cluster",
            ["singularResource"] = resource.Singular,
            ["verbs"] = Texts(VerbsOf(resource)),
        };
        AddNames(entry, resource);
        if (resource.HasStatus)
        {
            entry["subresources"] = new JsonArray(
                new JsonObject
                {
                    ["subresource"] = "status",
                    ["responseKind"] = kind.DeepClone(),
                    ["verbs"] = Texts(StatusVerbs),
                }
            );
        }

        return entry;
    }

    private static JsonObject Entry(ResourceDefinition resource, string name, string singular, IEnumerable<string> verbs, string? kind = null) =>
        new()
        {
            ["name"] = name,
            ["singularName"] = singular,
            ["namespaced"] = resource.Namespaced,
            ["kind"] = kind ?? resource.Kind,
            ["verbs"] = Texts(verbs),
        };

    private static void AddNames(JsonObject entry, ResourceDefinition resource)
    {
        if (resource.ShortNames.Count > 0)
        {
            entry["shortNames"] = Texts(resource.ShortNames);
        }

        if (resource.Categories.Count > 0)
        {
            entry["categories"] = Texts(resource.Categories);
        }
    }

    private static JsonObject GroupOf(ResourceDefinition resource)
    {
        var version = new JsonObject { ["groupVersion"] = resource.ApiVersion, ["version"] = resource.Version };
        return new JsonObject
        {
            ["name"] = resource.Group,
            ["versions"] = new JsonArray(version),
            ["preferredVersion"] = version.DeepClone(),
        };
    }

    private static IEnumerable<string> VerbsOf(ResourceDefinition resource) =>
        Verbs.Where(verb => verb != "deletecollection" || resource.HasCollectionDeletion);

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(static text => (JsonNode)text)]);
}
