using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Resources;

namespace MultiEni.Simulator.Kubernetes.Discovery;

/// <summary>Discovery one group and version at a time, as clients before the aggregated form ask.</summary>
internal static class LegacyDiscovery
{
    public static JsonObject CoreVersions() =>
        new()
        {
            ["kind"] = "APIVersions",
            ["versions"] = new JsonArray("v1"),
            ["serverAddressByClientCIDRs"] = new JsonArray(),
        };

    public static JsonObject Groups(ResourceRegistry registry) =>
        new()
        {
            ["kind"] = "APIGroupList",
            ["apiVersion"] = "v1",
            ["groups"] = new JsonArray([
                .. DiscoveryGroups
                    .Named(registry)
                    .Select(group => (JsonNode)GroupEntry(group.Key, group.Select(static version => version.First().Version))),
            ]),
        };

    public static JsonObject? Group(ResourceRegistry registry, string name)
    {
        if (DiscoveryGroups.Named(registry).FirstOrDefault(group => group.Key == name) is not { } found)
        {
            return null;
        }

        var entry = GroupEntry(name, found.Select(static version => version.First().Version));
        entry["kind"] = "APIGroup";
        entry["apiVersion"] = "v1";
        return entry;
    }

    public static JsonObject? Resources(ResourceRegistry registry, string group, string version)
    {
        var resources = registry.All.Where(resource => resource.Group == group && resource.Version == version).ToList();
        if (resources.Count == 0)
        {
            return null;
        }

        var entries = new JsonArray();
        foreach (var resource in resources)
        {
            entries.Add((JsonNode)Entry(resource, resource.Plural, DiscoveryGroups.VerbsOf(resource), isMain: true));
            foreach (var (name, kind, subresourceGroup) in resource.Subresources)
            {
                var subresource = Entry(resource, $"{resource.Plural}/{name}", ["create"], isMain: false);
                subresource["kind"] = kind;
                if (subresourceGroup.Length > 0)
                {
                    subresource["group"] = subresourceGroup;
                    subresource["version"] = "v1";
                }

                entries.Add((JsonNode)subresource);
            }

            if (resource.HasStatus)
            {
                entries.Add((JsonNode)Entry(resource, resource.Plural + "/status", DiscoveryGroups.StatusVerbs, isMain: false));
            }
        }

        return new JsonObject
        {
            ["kind"] = "APIResourceList",
            ["apiVersion"] = "v1",
            ["groupVersion"] = resources[0].ApiVersion,
            ["resources"] = entries,
        };
    }

    private static JsonObject Entry(ResourceDefinition resource, string name, IReadOnlyList<string> verbs, bool isMain)
    {
        var entry = new JsonObject
        {
            ["name"] = name,
            ["singularName"] = isMain ? resource.Singular : "",
            ["namespaced"] = resource.Namespaced,
            ["kind"] = resource.Kind,
            ["verbs"] = Texts(verbs),
        };
        if (isMain && resource.ShortNames.Count > 0)
        {
            entry["shortNames"] = Texts(resource.ShortNames);
        }

        if (isMain && resource.Categories.Count > 0)
        {
            entry["categories"] = Texts(resource.Categories);
        }

        if (isMain)
        {
            var kind = Encoding.UTF8.GetBytes($"{resource.Group}/{resource.Version}/{resource.Kind}");
            entry["storageVersionHash"] = Convert.ToBase64String(SHA256.HashData(kind).AsSpan(0, 8));
        }

        return entry;
    }

    private static JsonObject GroupEntry(string group, IEnumerable<string> versions)
    {
        var list = versions.Select(version => Version(group, version)).ToArray();
        return new JsonObject
        {
            ["name"] = group,
            ["versions"] = new JsonArray([.. list]),
            ["preferredVersion"] = list[0].DeepClone(),
        };
    }

    private static JsonObject Version(string group, string version) => new() { ["groupVersion"] = $"{group}/{version}", ["version"] = version };

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(static text => (JsonNode)text)]);
}
