using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Kubernetes.Access;

/// <summary>One rule of a Role or ClusterRole.</summary>
internal sealed record PolicyRule(
    IReadOnlyList<string> Verbs,
    IReadOnlyList<string> Groups,
    IReadOnlyList<string> Resources,
    IReadOnlyList<string> Names,
    IReadOnlyList<string> Paths
)
{
    public static PolicyRule Read(JsonObject rule) =>
        new(rule.Texts("verbs"), rule.Texts("apiGroups"), rule.Texts("resources"), rule.Texts("resourceNames"), rule.Texts("nonResourceURLs"));

    public bool Allows(AccessRequest request) =>
        Has(Verbs, request.Verb)
        && (
            request.Path.Length > 0
                ? Paths.Any(path => path == request.Path || (path.EndsWith('*') && request.Path.StartsWith(path[..^1], StringComparison.Ordinal)))
                : Has(Groups, request.Group)
                    && Resources.Any(resource => Covers(resource, request.Resource))
                    && (Names.Count == 0 || Names.Contains(request.Name, StringComparer.Ordinal))
        );

    // "*/status" is the status of everything; "pods" says nothing about its subresources.
    private static bool Covers(string pattern, string resource) =>
        pattern == "*"
        || pattern == resource
        || (pattern.StartsWith("*/", StringComparison.Ordinal) && resource.EndsWith(pattern[1..], StringComparison.Ordinal));

    private static bool Has(IReadOnlyList<string> allowed, string wanted) =>
        allowed.Contains(wanted, StringComparer.Ordinal) || allowed.Contains("*", StringComparer.Ordinal);
}
