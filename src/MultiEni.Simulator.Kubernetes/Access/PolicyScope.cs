using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Selectors;

namespace MultiEni.Simulator.Kubernetes.Access;

/// <summary>
/// What a policy is about (<c>matchConstraints</c>), or what a binding narrows it to
/// (<c>matchResources</c>).
/// </summary>
internal sealed class PolicyScope
{
    private readonly List<JsonObject> _rules;
    private readonly List<JsonObject> _excluded;
    private readonly LabelSelector _namespaces;
    private readonly LabelSelector _objects;

    /// <summary>Reads a scope.</summary>
    /// <exception cref="Errors.StatusException">A selector is malformed.</exception>
    public PolicyScope(JsonObject? scope)
    {
        _rules = scope.Objects("resourceRules");
        _excluded = scope.Objects("excludeResourceRules");
        _namespaces = Selector(scope?["namespaceSelector"] as JsonObject);
        _objects = Selector(scope?["objectSelector"] as JsonObject);
    }

    /// <summary>Whether a write is within the scope.</summary>
    /// <param name="attempt">The write.</param>
    /// <param name="inNamespace">
    /// The namespace of the object, or the object itself where that is a namespace; null for other
    /// objects without one.
    /// </param>
    public bool Includes(AdmissionAttempt attempt, JsonObject? inNamespace) =>
        (_rules.Count == 0 || _rules.Exists(rule => Matches(rule, attempt)))
        && !_excluded.Exists(rule => Matches(rule, attempt))
        && (inNamespace is null || _namespaces.Matches(Labels(inNamespace)))
        && (_objects.IsEverything || Selects(attempt.Object) || Selects(attempt.OldObject));

    private bool Selects(JsonObject? obj) => obj is not null && _objects.Matches(Labels(obj));

    private static bool Matches(JsonObject rule, AdmissionAttempt attempt)
    {
        var resource = attempt.Resource;
        var names = rule.Texts("resourceNames");
        return Has(rule, "apiGroups", resource.Group)
            && Has(rule, "apiVersions", resource.Version)
            && Has(rule, "operations", attempt.Operation)
            && rule.Texts("resources").Any(pattern => MatchesResource(pattern, resource.Plural, attempt.Subresource))
            && (names.Count == 0 || names.Contains(attempt.Name, StringComparer.Ordinal))
            && rule.Text("scope") switch
            {
                "Cluster" => !resource.Namespaced,
                "Namespaced" => resource.Namespaced,
                _ => true,
            };
    }

    private static bool MatchesResource(string pattern, string plural, string subresource)
    {
        var parts = pattern.Split('/');
        return (parts[0] == "*" || parts[0] == plural) && (parts.Length == 1 ? subresource.Length == 0 : parts[1] == "*" || parts[1] == subresource);
    }

    private static bool Has(JsonObject rule, string field, string wanted) => rule.Texts(field).Any(allowed => allowed == "*" || allowed == wanted);

    private static Dictionary<string, string> Labels(JsonObject? obj) =>
        (obj?["metadata"]?["labels"] as JsonObject ?? []).ToDictionary(
            static label => label.Key,
            static label => label.Value?.ToString() ?? "",
            StringComparer.Ordinal
        );

    private static LabelSelector Selector(JsonObject? selector)
    {
        var requirements = (selector?["matchLabels"] as JsonObject ?? []).Select(static label => $"{label.Key}={label.Value}").ToList();
        foreach (var expression in selector.Objects("matchExpressions"))
        {
            var key = expression.Text("key");
            var values = string.Join(',', expression.Texts("values"));
            requirements.Add(
                expression.Text("operator") switch
                {
                    "In" => $"{key} in ({values})",
                    "NotIn" => $"{key} notin ({values})",
                    "Exists" => key ?? "",
                    _ => $"!{key}",
                }
            );
        }

        return LabelSelector.Parse(string.Join(',', requirements));
    }
}
