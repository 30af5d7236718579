using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Simulator.Kubernetes.Access;

/// <summary>The roles that every cluster begins with, as far as somebody without a role of his own has them.</summary>
/// <remarks>https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings</remarks>
internal static class DefaultRoles
{
    private static readonly (string Role, string[] Groups, string Rules)[] All =
    [
        ("cluster-admin", [UserInfo.Masters], """[{"verbs":["*"],"apiGroups":["*"],"resources":["*"]},{"verbs":["*"],"nonResourceURLs":["*"]}]"""),
        (
            "system:basic-user",
            [UserInfo.Authenticated],
            """
            [{"verbs":["create"],"apiGroups":["authorization.k8s.io"],"resources":["selfsubjectaccessreviews","selfsubjectrulesreviews"]},
             {"verbs":["create"],"apiGroups":["authentication.k8s.io"],"resources":["selfsubjectreviews"]}]
            """
        ),
        (
            "system:discovery",
            [UserInfo.Authenticated],
            """[{"verbs":["get"],"nonResourceURLs":["/api","/api/*","/apis","/apis/*","/healthz","/livez","/openapi","/openapi/*","/readyz","/version","/version/"]}]"""
        ),
        (
            "system:public-info-viewer",
            [UserInfo.Authenticated, UserInfo.Unauthenticated],
            """[{"verbs":["get"],"nonResourceURLs":["/healthz","/livez","/readyz","/version","/version/"]}]"""
        ),
        (
            "system:service-account-issuer-discovery",
            ["system:serviceaccounts"],
            """
            [{"verbs":["get"],"nonResourceURLs":["/.well-known/openid-configuration","/.well-known/openid-configuration/","/openid/v1/jwks","/openid/v1/jwks/"]}]
            """
        ),
    ];

    /// <summary>Creates them.</summary>
    public static void Install(ObjectStore store)
    {
        const string api = "rbac.authorization.k8s.io";
        foreach (var (role, groups, rules) in All)
        {
            store.Create(
                $"clusterroles.{api}",
                new JsonObject
                {
                    ["metadata"] = new JsonObject { ["name"] = role },
                    ["rules"] = JsonNode.Parse(rules),
                }
            );
            store.Create(
                $"clusterrolebindings.{api}",
                new JsonObject
                {
                    ["metadata"] = new JsonObject { ["name"] = role },
                    ["roleRef"] = new JsonObject { ["kind"] = "ClusterRole", ["name"] = role },
                    ["subjects"] = new JsonArray([
                        .. groups.Select(static group => (JsonNode)new JsonObject { ["kind"] = "Group", ["name"] = group }),
                    ]),
                }
            );
        }
    }
}
