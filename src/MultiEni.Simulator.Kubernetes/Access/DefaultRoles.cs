using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Simulator.Kubernetes.Access;

/// <summary>
/// The roles that every cluster begins with, as far as somebody without a role of his own has them,
/// and those of the parts of a cluster that others may want to play. <c>system:node</c> is bound to
/// nobody, as on a real API server.
/// </summary>
/// <remarks>
/// https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings
/// </remarks>
internal static class DefaultRoles
{
    private const string Api = "rbac.authorization.k8s.io";
    private const string Account = "ServiceAccount";

    // Each rule names verbs, then an API group and resources; or verbs and paths.
    private static readonly (string Role, string? Subject, string[] Names, string[] Rules)[] All =
    [
        ("cluster-admin", "Group", [UserInfo.Masters], ["*; *; *", "*; *"]),
        (
            "system:basic-user",
            "Group",
            [UserInfo.Authenticated],
            ["create; authorization.k8s.io; selfsubjectaccessreviews selfsubjectrulesreviews", "create; authentication.k8s.io; selfsubjectreviews"]
        ),
        (
            "system:discovery",
            "Group",
            [UserInfo.Authenticated],
            ["get; /api /api/* /apis /apis/* /healthz /livez /openapi /openapi/* /readyz /version /version/"]
        ),
        (
            "system:public-info-viewer",
            "Group",
            [UserInfo.Authenticated, UserInfo.Unauthenticated],
            ["get; /healthz /livez /readyz /version /version/"]
        ),
        (
            "system:service-account-issuer-discovery",
            "Group",
            ["system:serviceaccounts"],
            ["get; /.well-known/openid-configuration /.well-known/openid-configuration/ /openid/v1/jwks /openid/v1/jwks/"]
        ),
        (
            "system:node",
            null,
            [],
            [
                "create get list watch; ; nodes",
                "patch update; ; nodes nodes/status",
                "get list watch; ; pods configmaps secrets services",
                "create delete; ; pods",
                "patch update; ; pods/status",
                "create; ; pods/eviction",
                "create patch update; ; events",
                "create delete get patch update; coordination.k8s.io; leases",
                "get; resource.k8s.io; resourceclaims",
                "delete list; resource.k8s.io; resourceslices",
            ]
        ),
        (
            "system:kube-scheduler",
            "User",
            ["system:kube-scheduler"],
            [
                "create patch update; ; events",
                "get list watch; ; nodes",
                "delete get list watch; ; pods",
                "create; ; bindings pods/binding",
                "patch update; ; pods/status",
                "get list watch; ; services",
                "get list watch; resource.k8s.io; deviceclasses resourceslices",
                "create delete get list patch update watch; resource.k8s.io; resourceclaims",
                "patch update; resource.k8s.io; resourceclaims/status",
                "*; resource.k8s.io; resourceclaims/binding",
            ]
        ),
        (
            "system:controller:resource-claim-controller",
            Account,
            ["resource-claim-controller"],
            [
                "get list watch; ; pods",
                "patch; ; pods/status",
                "get; resource.k8s.io; resourceclaimtemplates",
                "create delete get list patch update watch; resource.k8s.io; resourceclaims",
                "patch update; resource.k8s.io; resourceclaims/status",
                "*; resource.k8s.io; resourceclaims/binding",
            ]
        ),
        (
            "system:controller:daemon-set-controller",
            Account,
            ["daemon-set-controller"],
            [
                "get list watch; apps; daemonsets",
                "update; apps; daemonsets/status",
                "list watch; ; nodes",
                "create delete list patch watch; ; pods",
                "create; ; pods/binding",
                "create patch update; ; events",
            ]
        ),
        (
            "system:controller:node-controller",
            Account,
            ["node-controller"],
            [
                "delete get list patch update; ; nodes",
                "patch update; ; nodes/status pods/status",
                "delete get list; ; pods",
                "create patch update; ; events",
            ]
        ),
    ];

    /// <summary>Creates them.</summary>
    public static void Install(ObjectStore store)
    {
        foreach (var (role, kind, names, rules) in All)
        {
            store.Create(
                $"clusterroles.{Api}",
                new JsonObject { ["metadata"] = Metadata(role), ["rules"] = new JsonArray([.. rules.Select(static rule => (JsonNode)Rule(rule))]) }
            );
            if (kind is not null)
            {
                store.Create(
                    $"clusterrolebindings.{Api}",
                    new JsonObject
                    {
                        ["metadata"] = Metadata(role),
                        ["roleRef"] = new JsonObject { ["kind"] = "ClusterRole", ["name"] = role },
                        ["subjects"] = new JsonArray([.. names.Select(name => (JsonNode)Subject(kind, name))]),
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

    private static JsonObject Rule(string text) =>
        text.Split("; ") switch
        {
            [var verbs, var group, var resources] => new JsonObject
            {
                ["verbs"] = Words(verbs),
                ["apiGroups"] = new JsonArray(group),
                ["resources"] = Words(resources),
            },
            var parts => new JsonObject { ["verbs"] = Words(parts[0]), ["nonResourceURLs"] = Words(parts[1]) },
        };

    private static JsonObject Subject(string kind, string name)
    {
        var subject = new JsonObject { ["kind"] = kind, ["name"] = name };
        if (kind == Account)
        {
            subject["namespace"] = "kube-system";
        }

        return subject;
    }

    private static JsonArray Words(string words) => new([.. words.Split(' ').Select(static word => (JsonNode)word)]);
}
