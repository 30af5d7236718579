using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Simulator.Kubernetes.Access;

/// <summary>
/// The ClusterRoles with which an API server starts for the parts of a cluster that others may want to play, as far as they concern nodes and pods.
/// <c>system:node</c> is bound to nobody, as on a real API server.
/// </summary>
/// <seealso href="https://kubernetes.io/docs/reference/access-authn-authz/rbac/#core-component-roles"/>
internal static class BootstrapRoles
{
    private const string Group = "rbac.authorization.k8s.io";

    private static readonly Dictionary<string, (string Verbs, string ApiGroup, string Resources)[]> Rules = new(StringComparer.Ordinal)
    {
        ["system:node"] =
        [
            ("create get list watch", "", "nodes"),
            ("patch update", "", "nodes nodes/status"),
            ("get list watch", "", "pods configmaps secrets services"),
            ("create delete", "", "pods"),
            ("patch update", "", "pods/status"),
            ("create", "", "pods/eviction"),
            ("create patch update", "", "events"),
            ("create delete get patch update", "coordination.k8s.io", "leases"),
        ],
        ["system:kube-scheduler"] =
        [
            ("create patch update", "", "events"),
            ("get list watch", "", "nodes"),
            ("delete get list watch", "", "pods"),
            ("create", "", "bindings pods/binding"),
            ("patch update", "", "pods/status"),
            ("get list watch", "", "services"),
        ],
        ["system:controller:daemon-set-controller"] =
        [
            ("get list watch", "apps", "daemonsets"),
            ("update", "apps", "daemonsets/status"),
            ("list watch", "", "nodes"),
            ("create delete list patch watch", "", "pods"),
            ("create", "", "pods/binding"),
            ("create patch update", "", "events"),
        ],
        ["system:controller:node-controller"] =
        [
            ("delete get list patch update", "", "nodes"),
            ("patch update", "", "nodes/status pods/status"),
            ("delete get list", "", "pods"),
            ("create patch update", "", "events"),
        ],
    };

    public static void Install(ObjectStore store)
    {
        foreach (var (name, rules) in Rules)
        {
            store.Create(
                $"clusterroles.{Group}",
                new JsonObject { ["metadata"] = Metadata(name), ["rules"] = new JsonArray([.. rules.Select(rule => (JsonNode)Rule(rule))]) }
            );
            if (SubjectOf(name) is { } subject)
            {
                store.Create(
                    $"clusterrolebindings.{Group}",
                    new JsonObject
                    {
                        ["metadata"] = Metadata(name),
                        ["roleRef"] = new JsonObject
                        {
                            ["apiGroup"] = Group,
                            ["kind"] = "ClusterRole",
                            ["name"] = name,
                        },
                        ["subjects"] = new JsonArray(subject),
                    }
                );
            }
        }
    }

    private static JsonObject Metadata(string name) =>
        new()
        {
            ["name"] = name,
            ["labels"] = new JsonObject { ["kubernetes.io/bootstrapping"] = "rbac-defaults" },
        };

    private static JsonObject Rule((string Verbs, string ApiGroup, string Resources) rule) =>
        new()
        {
            ["verbs"] = Words(rule.Verbs),
            ["apiGroups"] = new JsonArray(rule.ApiGroup),
            ["resources"] = Words(rule.Resources),
        };

    private static JsonObject? SubjectOf(string role)
    {
        const string controllers = "system:controller:";
        return role switch
        {
            "system:node" => null,
            _ when role.StartsWith(controllers, StringComparison.Ordinal) => new JsonObject
            {
                ["kind"] = "ServiceAccount",
                ["name"] = role[controllers.Length..],
                ["namespace"] = "kube-system",
            },
            _ => new JsonObject
            {
                ["apiGroup"] = Group,
                ["kind"] = "User",
                ["name"] = role,
            },
        };
    }

    private static JsonArray Words(string words) => new([.. words.Split(' ').Select(static word => (JsonNode)word)]);
}
