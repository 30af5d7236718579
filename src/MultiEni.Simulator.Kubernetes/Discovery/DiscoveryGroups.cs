using MultiEni.Simulator.Kubernetes.Resources;

namespace MultiEni.Simulator.Kubernetes.Discovery;

/// <summary>The resources by group and version, and the verbs and subresources of each.</summary>
internal static class DiscoveryGroups
{
    public static IReadOnlyList<string> Verbs { get; } = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

    public static IReadOnlyList<string> VerbsOf(ResourceDefinition resource) =>
        resource.HasCollectionDeletion ? Verbs : [.. Verbs.Where(static verb => verb != "deletecollection")];

    public static IReadOnlyList<string> StatusVerbs { get; } = ["get", "patch", "update"];

    /// <summary>Named groups in the order of their names, each with its versions.</summary>
    public static IEnumerable<IGrouping<string, IGrouping<string, ResourceDefinition>>> Named(ResourceRegistry registry) =>
        registry
            .All.Where(static resource => resource.Group.Length > 0)
            .OrderBy(static resource => resource.Group, StringComparer.Ordinal)
            .GroupBy(static resource => resource.ApiVersion, StringComparer.Ordinal)
            .GroupBy(static version => version.First().Group, StringComparer.Ordinal);
}
