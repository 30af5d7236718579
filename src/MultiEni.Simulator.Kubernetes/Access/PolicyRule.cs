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

    /// <summary>The rights of the rule, one by one, in the form of rules.</summary>
    public IEnumerable<PolicyRule> Split()
    {
        foreach (var verb in Verbs)
        {
            foreach (var path in Paths)
            {
                yield return new PolicyRule([verb], [], [], [], [path]);
            }

            foreach (var group in Groups)
            {
                foreach (var resource in Resources)
                {
                    foreach (var name in Names.DefaultIfEmpty(""))
                    {
                        yield return new PolicyRule([verb], [group], [resource], name.Length == 0 ? [] : [name], []);
                    }
                }
            }
        }
    }

    /// <summary>Whether this rule gives a single right, as <see cref="Split"/> tells it.</summary>
    public bool Covers(PolicyRule right) =>
        Has(Verbs, right.Verbs[0])
        && (
            right.Paths.Count > 0
                ? Paths.Any(path => path == right.Paths[0] || (path.EndsWith('*') && right.Paths[0].StartsWith(path[..^1], StringComparison.Ordinal)))
                : Has(Groups, right.Groups[0])
                    && Resources.Any(resource => Covers(resource, right.Resources[0]))
                    && (Names.Count == 0 || (right.Names.Count > 0 && Names.Contains(right.Names[0], StringComparer.Ordinal)))
        );

    /// <summary>As refusals show it: <c>{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}</c>.</summary>
    public override string ToString()
    {
        var parts = new List<string>();
        Add("APIGroups", Groups);
        Add("Resources", Resources);
        Add("ResourceNames", Names);
        Add("NonResourceURLs", Paths);
        Add("Verbs", Verbs);
        return $"{{{string.Join(", ", parts)}}}";

        void Add(string name, IReadOnlyList<string> texts)
        {
            if (texts.Count > 0)
            {
                parts.Add($"{name}:[{string.Join(' ', texts.Select(static text => $"\"{text}\""))}]");
            }
        }
    }

    // "*/status" is the status of everything; "pods" says nothing about its subresources.
    private static bool Covers(string pattern, string resource) =>
        pattern == "*"
        || pattern == resource
        || (pattern.StartsWith("*/", StringComparison.Ordinal) && resource.EndsWith(pattern[1..], StringComparison.Ordinal));

    private static bool Has(IReadOnlyList<string> allowed, string wanted) =>
        allowed.Contains(wanted, StringComparer.Ordinal) || allowed.Contains("*", StringComparer.Ordinal);
}
