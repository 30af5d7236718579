using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Kubernetes.Access;

/// <summary>One of a policy's <c>resourceRules</c>.</summary>
internal sealed class PolicyMatch(JsonObject rule)
{
    private readonly IReadOnlyList<string> _groups = rule.Texts("apiGroups");
    private readonly IReadOnlyList<string> _versions = rule.Texts("apiVersions");
    private readonly IReadOnlyList<string> _operations = rule.Texts("operations");
    private readonly IReadOnlyList<string> _resources = rule.Texts("resources");

    public bool Matches(AdmissionAttempt attempt)
    {
        var resource = attempt.Resource;
        var path = attempt.Subresource.Length == 0 ? resource.Plural : $"{resource.Plural}/{attempt.Subresource}";
        return Has(_groups, resource.Group)
            && Has(_versions, resource.Version)
            && Has(_operations, attempt.Operation)
            && (Has(_resources, path) || _resources.Contains("*/*", StringComparer.Ordinal));
    }

    private static bool Has(IReadOnlyList<string> allowed, string wanted) =>
        allowed.Contains(wanted, StringComparer.Ordinal) || allowed.Contains("*", StringComparer.Ordinal);
}
