using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Simulator.Kubernetes.Access;

/// <summary>
/// Decides by the Roles, ClusterRoles and their bindings in the store, as the API server's
/// authorizer does. Aggregation is not known.
/// </summary>
internal sealed class RbacAuthorizer(ObjectStore store)
{
    /// <summary>The group of roles and bindings.</summary>
    public const string Api = "rbac.authorization.k8s.io";
    private static readonly string[] Kinds = ["roles", "clusterroles", "rolebindings", "clusterrolebindings"];

    private readonly Lock _gate = new();
    private object[] _seen = [];
    private IReadOnlyList<Grant> _grants = [];

    /// <summary>
    /// Decides about a request: the roles that allow it, none when it is forbidden, and what an
    /// access review says about it.
    /// </summary>
    public (IReadOnlyList<string> Roles, string Reason) Decide(UserInfo user, AccessRequest request)
    {
        if (user.Groups.Contains(UserInfo.Masters, StringComparer.Ordinal))
        {
            return ([UserInfo.Masters], "");
        }

        var roles = new List<string>();
        var missing = new List<string>();
        var reason = "";
        foreach (var grant in Grants())
        {
            if (grant.SubjectOf(user, request.Namespace) is not { } subject)
            {
                continue;
            }

            if (grant.Rules is null)
            {
                missing.Add($"{grant.Role.Split('/')[0].ToLowerInvariant()}.{Api} \"{grant.Role.Split('/')[^1]}\" not found");
            }
            else if (grant.Rules.Any(rule => rule.Allows(request)))
            {
                roles.Add(grant.Role);
                reason = reason.Length > 0 ? reason : $"RBAC: allowed by {grant.Binding} to {subject}";
            }
        }

        if (roles.Count == 0 && missing.Count > 0)
        {
            reason = "RBAC: " + (missing.Count == 1 ? missing[0] : $"[{string.Join(", ", missing)}]");
        }

        return ([.. roles.Distinct(StringComparer.Ordinal)], reason);
    }

    // Null when it does not exist.
    private IReadOnlyList<PolicyRule>? RulesOf(string kind, string name, string inNamespace)
    {
        var role =
            kind == "ClusterRole" ? store.Find($"clusterroles.{Api}", name)
            : inNamespace.Length > 0 ? store.Find($"roles.{Api}", name, inNamespace)
            : null;
        return role is null ? null : [.. (role["rules"] as JsonArray ?? []).OfType<JsonObject>().Select(PolicyRule.Read)];
    }

    private IReadOnlyList<Grant> Grants()
    {
        lock (_gate)
        {
            // Tables are immutable: the same one means that nothing has changed.
            var tables = Array.ConvertAll(Kinds, kind => (object)store.Ledger.Snapshot(store.Registry.Find($"{kind}.{Api}")!).Objects);
            if (!tables.AsSpan().SequenceEqual(_seen))
            {
                _grants = [.. Read("clusterrolebindings"), .. Read("rolebindings")];
                _seen = tables;
            }

            return _grants;
        }
    }

    private IEnumerable<Grant> Read(string bindings)
    {
        foreach (var binding in store.List($"{bindings}.{Api}"))
        {
            var inNamespace = binding.Text("metadata", "namespace") ?? "";
            var kind = binding.Text("roleRef", "kind") ?? "";
            var name = binding.Text("roleRef", "name") ?? "";
            var bindingName = binding.Text("metadata", "name") + (inNamespace.Length > 0 ? "/" + inNamespace : "");
            yield return new Grant(
                kind == "Role" ? $"Role/{inNamespace}/{name}" : $"{kind}/{name}",
                $"{(inNamespace.Length > 0 ? "RoleBinding" : "ClusterRoleBinding")} \"{bindingName}\" of {kind} \"{name}\"",
                inNamespace,
                [.. (binding["subjects"] as JsonArray ?? []).OfType<JsonObject>().Select(ReadSubject)],
                RulesOf(kind, name, inNamespace)
            );
        }
    }

    private static (string Name, Func<UserInfo, bool> Includes) ReadSubject(JsonObject subject)
    {
        var kind = subject.Text("kind");
        var name = subject.Text("name") ?? "";
        var account = $"system:serviceaccount:{subject.Text("namespace")}:{name}";
        return (
            $"{kind} \"{name}{(kind == "ServiceAccount" ? "/" + subject.Text("namespace") : "")}\"",
            kind switch
            {
                "User" => user => user.Name == name,
                "Group" => user => user.Groups.Contains(name, StringComparer.Ordinal),
                _ => user => user.Name == account,
            }
        );
    }
}
