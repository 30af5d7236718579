using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Resources;

namespace MultiEni.Simulator.Kubernetes.Validation;

/// <summary>What holds for roles and their bindings.</summary>
internal static class RbacValidation
{
    private const string Group = "rbac.authorization.k8s.io";

    public static void CheckRole(ResourceDefinition resource, JsonObject obj, FieldErrors errors)
    {
        var rules = obj["rules"] as JsonArray ?? [];
        for (var index = 0; index < rules.Count; index++)
        {
            var rule = rules[index] as JsonObject;
            var path = $"rules[{index}]";
            if (rule.Texts("verbs").Count == 0)
            {
                errors.Required($"{path}.verbs", "verbs must contain at least one value");
            }

            if (rule.Texts("nonResourceURLs").Count > 0)
            {
                if (resource.Namespaced)
                {
                    errors.Invalid($"{path}.nonResourceURLs", rule!["nonResourceURLs"], "namespaced rules cannot apply to non-resource URLs");
                }

                if (rule.Texts("apiGroups").Count + rule.Texts("resources").Count + rule.Texts("resourceNames").Count > 0)
                {
                    errors.Invalid(
                        $"{path}.nonResourceURLs",
                        rule!["nonResourceURLs"],
                        "rules cannot apply to both regular resources and non-resource URLs"
                    );
                }

                continue;
            }

            if (rule.Texts("apiGroups").Count == 0)
            {
                errors.Required($"{path}.apiGroups", "resource rules must supply at least one api group");
            }

            if (rule.Texts("resources").Count == 0)
            {
                errors.Required($"{path}.resources", "resource rules must supply at least one resource");
            }
        }
    }

    public static void CheckBinding(ResourceDefinition resource, JsonObject obj, JsonObject? old, FieldErrors errors)
    {
        var role = obj["roleRef"] as JsonObject;
        if (role.Text("apiGroup") != Group)
        {
            errors.Supported("roleRef.apiGroup", role.Text("apiGroup"), Group);
        }

        if (resource.Namespaced)
        {
            errors.Supported("roleRef.kind", role.Text("kind"), "Role", "ClusterRole");
        }
        else
        {
            errors.Supported("roleRef.kind", role.Text("kind"), "ClusterRole");
        }

        if (role.Text("name") is not { Length: > 0 } name)
        {
            errors.Required("roleRef.name");
        }
        else
        {
            errors.Invalid("roleRef.name", name, Names.PathSegment(name));
        }

        var subjects = obj["subjects"] as JsonArray ?? [];
        for (var index = 0; index < subjects.Count; index++)
        {
            CheckSubject(subjects[index] as JsonObject, $"subjects[{index}]", errors);
        }

        if (old is not null && !JsonNode.DeepEquals(role, old["roleRef"]))
        {
            var shown = new JsonObject
            {
                ["APIGroup"] = role.Text("apiGroup"),
                ["Kind"] = role.Text("kind"),
                ["Name"] = role.Text("name"),
            };
            errors.Invalid("roleRef", shown, "cannot change roleRef");
        }
    }

    private static void CheckSubject(JsonObject? subject, string path, FieldErrors errors)
    {
        if (subject.Text("name") is not { Length: > 0 } name)
        {
            errors.Required($"{path}.name");
            return;
        }

        switch (subject.Text("kind"))
        {
            case "ServiceAccount":
                errors.Invalid($"{path}.name", name, Names.Subdomain(name));
                if (subject.Text("apiGroup") is { Length: > 0 } group)
                {
                    errors.Supported($"{path}.apiGroup", group, "");
                }

                if (subject.Text("namespace") is not { Length: > 0 })
                {
                    errors.Required($"{path}.namespace");
                }

                break;
            case "User" or "Group":
                errors.Supported($"{path}.apiGroup", subject.Text("apiGroup"), Group);
                break;
            default:
                errors.Supported($"{path}.kind", subject.Text("kind"), "ServiceAccount", "User", "Group");
                break;
        }
    }
}
