using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Kubernetes.Access;

/// <summary>One rule of a Role or ClusterRole.</summary>
internal sealed class PolicyRule(JsonObject rule)
{
    private readonly IReadOnlyList<string> _verbs = rule.Texts("verbs");
    private readonly IReadOnlyList<string> _groups = rule.Texts("apiGroups");
    private readonly IReadOnlyList<string> _resources = rule.Texts("resources");
    private readonly IReadOnlyList<string> _names = rule.Texts("resourceNames");

    public bool Allows(AccessRequest request) =>
        Has(_verbs, request.Verb) && Has(_groups, request.Group) && HasResource(request.Resource) && (_names.Count == 0 || Has(_names, request.Name));

    private bool HasResource(string resource)
    {
        foreach (var pattern in _resources)
        {
            // "*/status" is the status of everything; "pods" says nothing about its subresources.
            if (
                pattern == "*"
                || pattern == resource
                || (pattern.StartsWith("*/", StringComparison.Ordinal) && resource.EndsWith(pattern[1..], StringComparison.Ordinal))
            )
            {
                return true;
            }
        }

        return false;
    }

    private static bool Has(IReadOnlyList<string> allowed, string wanted) =>
        allowed.Contains(wanted, StringComparer.Ordinal) || allowed.Contains("*", StringComparer.Ordinal);
}
