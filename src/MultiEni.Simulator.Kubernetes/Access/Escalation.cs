using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Errors;

namespace MultiEni.Simulator.Kubernetes.Access;

/// <summary>Keeps people from giving rights that they do not have.</summary>
/// <remarks>https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping</remarks>
internal static class Escalation
{
    private const string Api = "rbac.authorization.k8s.io";

    /// <summary>Throws when a write of a role or binding would give too much.</summary>
    /// <exception cref="StatusException">403.</exception>
    public static void Check(RbacAuthorizer authorizer, UserInfo user, AdmissionAttempt attempt)
    {
        if (attempt.Resource.Group != Api || attempt.Object is not { } obj || attempt.Operation is not ("CREATE" or "UPDATE"))
        {
            return;
        }

        var name = obj.Text("metadata", "name") ?? "";
        var inNamespace = obj.Text("metadata", "namespace") ?? "";
        var isRole = attempt.Resource.Plural is "roles" or "clusterroles";
        var field = isRole ? "rules" : "subjects";
        if (attempt.OldObject is { } old && JsonNode.DeepEquals(old[field], obj[field]) && JsonNode.DeepEquals(old["roleRef"], obj["roleRef"]))
        {
            return;
        }

        var kind = obj.Text("roleRef", "kind") ?? "";
        var role = obj.Text("roleRef", "name") ?? "";
        var right = isRole
            ? new AccessRequest("escalate", Api, attempt.Resource.Plural, inNamespace, name)
            : new AccessRequest("bind", Api, kind.ToLowerInvariant() + "s", inNamespace, role);
        if (authorizer.Decide(user, right).IsAllowed)
        {
            return;
        }

        var rules = isRole
            ? [.. (obj["rules"] as JsonArray ?? []).OfType<JsonObject>().Select(PolicyRule.Read)]
            : authorizer.RulesOf(kind, role, inNamespace)
                ?? throw new StatusException(
                    404,
                    "NotFound",
                    $"{kind.ToLowerInvariant()}s.{Api} \"{role}\" not found",
                    new JsonObject
                    {
                        ["name"] = role,
                        ["group"] = Api,
                        ["kind"] = kind.ToLowerInvariant() + "s",
                    }
                );
        var held = authorizer.RulesOf(user, inNamespace).ToList();
        var missing = rules.SelectMany(static rule => rule.Split()).Where(wanted => !held.Exists(rule => rule.Covers(wanted))).ToList();
        if (missing.Count > 0)
        {
            var groups = string.Join(' ', user.Groups.Select(static group => $"\"{group}\""));
            throw StatusErrors.Forbidden(
                attempt.Resource,
                name,
                $"user \"{user.Name}\" (groups=[{groups}]) is attempting to grant RBAC permissions not currently held:\n"
                    + string.Join('\n', Compact(missing).Select(static rule => rule.ToString()).Order(StringComparer.Ordinal))
            );
        }
    }

    // Rights to the same resource are told together.
    private static IEnumerable<PolicyRule> Compact(IEnumerable<PolicyRule> rights) =>
        rights
            .GroupBy(static right => right with { Verbs = [] }, static right => right.Verbs[0], new SameTarget())
            .Select(static group => group.Key with { Verbs = [.. group.Distinct(StringComparer.Ordinal)] });

    private sealed class SameTarget : IEqualityComparer<PolicyRule>
    {
        public bool Equals(PolicyRule? left, PolicyRule? right) => left?.ToString() == right?.ToString();

        public int GetHashCode(PolicyRule rule) => rule.ToString().GetHashCode(StringComparison.Ordinal);
    }
}
