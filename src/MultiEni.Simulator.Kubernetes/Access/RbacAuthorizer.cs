using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Simulator.Kubernetes.Access;

/// <summary>Decides by the Roles, ClusterRoles and their bindings in the store, as the API server's authorizer does. Aggregation is not known.</summary>
internal sealed class RbacAuthorizer(ObjectStore store)
{
    private const string Api = "rbac.authorization.k8s.io";
    private static readonly string[] Kinds = ["roles", "clusterroles", "rolebindings", "clusterrolebindings"];

    private readonly Lock _gate = new();
    private object[] _seen = [];
    private IReadOnlyList<Grant> _grants = [];

    /// <summary>The roles by which a user may do something; empty when he may not.</summary>
    public IReadOnlyList<string> RolesThatAllow(UserInfo user, AccessRequest request) =>
        user.Groups.Contains(UserInfo.Masters, StringComparer.Ordinal)
            ? [UserInfo.Masters]
            : [.. Grants().Where(grant => grant.Allows(user, request)).Select(static grant => grant.Role).Distinct(StringComparer.Ordinal)];

    private IReadOnlyList<Grant> Grants()
    {
        lock (_gate)
        {
            // Tables are immutable: the same one means that nothing has changed.
            var tables = Array.ConvertAll(Kinds, kind => (object)store.Ledger.Snapshot(store.Registry.Find($"{kind}.{Api}")!).Objects);
            if (!tables.AsSpan().SequenceEqual(_seen))
            {
                _grants = [.. Read("rolebindings"), .. Read("clusterrolebindings")];
                _seen = tables;
            }

            return _grants;
        }
    }

    private IEnumerable<Grant> Read(string bindings)
    {
        foreach (var binding in store.List($"{bindings}.{Api}"))
        {
            var inNamespace = bindings == "rolebindings" ? binding.Text("metadata", "namespace") ?? "" : "";
            var kind = binding.Text("roleRef", "kind") ?? "";
            var name = binding.Text("roleRef", "name") ?? "";
            var role =
                kind == "Role"
                    ? inNamespace.Length > 0
                        ? store.Find($"roles.{Api}", name, inNamespace)
                        : null
                    : store.Find($"clusterroles.{Api}", name);
            var subjects = (binding["subjects"] as JsonArray ?? []).OfType<JsonObject>().ToList();
            yield return new Grant(
                inNamespace.Length > 0 && kind == "Role" ? $"Role/{inNamespace}/{name}" : $"{kind}/{name}",
                inNamespace,
                subjects.Select(UserOf).OfType<string>().ToHashSet(StringComparer.Ordinal),
                subjects
                    .Where(static subject => subject.Text("kind") == "Group")
                    .Select(static subject => subject.Text("name") ?? "")
                    .ToHashSet(StringComparer.Ordinal),
                [.. (role?["rules"] as JsonArray ?? []).OfType<JsonObject>().Select(static rule => new PolicyRule(rule))]
            );
        }
    }

    private static string? UserOf(JsonObject subject) =>
        subject.Text("kind") switch
        {
            "User" => subject.Text("name"),
            "ServiceAccount" => $"system:serviceaccount:{subject.Text("namespace")}:{subject.Text("name")}",
            _ => null,
        };
}
