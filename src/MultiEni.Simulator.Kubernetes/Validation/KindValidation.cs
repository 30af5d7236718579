using System.Text;
using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Resources;
using MultiEni.Simulator.Kubernetes.Validation.Devices;

namespace MultiEni.Simulator.Kubernetes.Validation;

/// <summary>What holds for single built-in kinds.</summary>
internal static class KindValidation
{
    private const int MostData = 1024 * 1024;

    /// <summary>
    /// Adds what is wrong with an object, or with the change from <paramref name="old"/>.
    /// </summary>
    /// <exception cref="StatusException">
    /// 501: the object is refused, but the words are not known here.
    /// </exception>
    public static void Check(ResourceDefinition resource, string apiGroup, JsonObject obj, JsonObject? old, FieldErrors errors)
    {
        switch (resource.GroupResource)
        {
            case "configmaps" or "secrets":
                CheckData(resource, obj, old);
                break;
            case "leases.coordination.k8s.io":
                CheckLease(obj["spec"] as JsonObject, errors);
                break;
            case "events":
                EventValidation.Check(apiGroup, obj, old, errors);
                break;
            case "customresourcedefinitions.apiextensions.k8s.io" when old is not null:
                foreach (var field in (ReadOnlySpan<string>)["spec.group", "spec.scope", "spec.names.kind", "spec.names.plural"])
                {
                    if (obj.TextAt(field) != old.TextAt(field))
                    {
                        errors.Invalid(field, obj.TextAt(field), "field is immutable");
                    }
                }

                break;
            case "nodes":
                NodeValidation.Check(obj, old, errors);
                break;
            case "pods":
                PodClaimValidation.Check(obj, old, new DeviceChecks(resource.Kind, errors));
                PodValidation.CheckPod(obj, old);
                break;
            case "resourceslices.resource.k8s.io":
                new ResourceSliceValidation(new DeviceChecks(resource.Kind, errors)).Check(obj, old);
                break;
            case "deviceclasses.resource.k8s.io":
                DeviceClassValidation.Check(obj, old, new DeviceChecks(resource.Kind, errors));
                break;
            case "resourceclaims.resource.k8s.io":
                new ResourceClaimValidation(new DeviceChecks(resource.Kind, errors)).CheckClaim(obj, old);
                break;
            case "resourceclaimtemplates.resource.k8s.io":
                new ResourceClaimValidation(new DeviceChecks(resource.Kind, errors)).CheckTemplate(obj, old);
                break;
            case "daemonsets.apps" or "deployments.apps":
                PodValidation.CheckWorkload(obj, old);
                break;
            case "roles.rbac.authorization.k8s.io" or "clusterroles.rbac.authorization.k8s.io":
                Require(resource, obj.Objects("rules").TrueForAll(rule => IsRule(rule, resource.Namespaced)));
                break;
            case "rolebindings.rbac.authorization.k8s.io" or "clusterrolebindings.rbac.authorization.k8s.io":
                Require(resource, IsBinding(obj, resource.Namespaced) && (old is null || JsonNode.DeepEquals(obj["roleRef"], old["roleRef"])));
                break;
            default:
                break;
        }
    }

    private static void CheckData(ResourceDefinition resource, JsonObject obj, JsonObject? old)
    {
        List<KeyValuePair<string, JsonNode?>> entries = [.. obj["data"] as JsonObject ?? [], .. obj["binaryData"] as JsonObject ?? []];
        var isFixed = old.Flag("immutable");
        string[] needed = obj.Text("type") switch
        {
            "kubernetes.io/tls" => ["tls.crt", "tls.key"],
            "kubernetes.io/dockerconfigjson" => [".dockerconfigjson"],
            "kubernetes.io/ssh-auth" => ["ssh-privatekey"],
            _ => [],
        };
        Require(
            resource,
            entries.TrueForAll(static entry => Names.IsConfigKey(entry.Key))
                && entries.DistinctBy(static entry => entry.Key, StringComparer.Ordinal).Count() == entries.Count
                && entries.Sum(static entry => Encoding.UTF8.GetByteCount(entry.Value?.ToString() ?? "")) <= MostData
                && needed.All(key => obj["data"]?[key] is not null)
                && (old is null || old.Text("type") == obj.Text("type"))
                && (!isFixed || (obj.Flag("immutable") && AreEqual("data") && AreEqual("binaryData")))
        );

        bool AreEqual(string field) => JsonNode.DeepEquals(obj[field], old![field]);
    }

    private static void CheckLease(JsonObject? spec, FieldErrors errors)
    {
        if (spec.Integer("leaseDurationSeconds") is { } seconds and <= 0)
        {
            errors.Invalid("spec.leaseDurationSeconds", seconds, "must be greater than 0");
        }

        if (spec.Integer("leaseTransitions") is { } transitions and < 0)
        {
            errors.Invalid("spec.leaseTransitions", transitions, "must be greater than or equal to 0");
        }
    }

    private static bool IsRule(JsonObject rule, bool namespaced)
    {
        var named = rule.Texts("apiGroups").Count + rule.Texts("resources").Count + rule.Texts("resourceNames").Count;
        return rule.Texts("verbs").Count > 0
            && (
                rule.Texts("nonResourceURLs").Count > 0
                    ? !namespaced && named == 0
                    : rule.Texts("apiGroups").Count > 0 && rule.Texts("resources").Count > 0
            );
    }

    private static bool IsBinding(JsonObject obj, bool namespaced)
    {
        const string api = "rbac.authorization.k8s.io";
        var role = obj["roleRef"] as JsonObject;
        return role.Text("apiGroup") == api
            && (role.Text("kind") == "ClusterRole" || (namespaced && role.Text("kind") == "Role"))
            && role.Text("name") is { Length: > 0 }
            && obj.Objects("subjects")
                .TrueForAll(static subject =>
                    subject.Text("name") is { Length: > 0 } name
                    && subject.Text("kind") switch
                    {
                        "ServiceAccount" => !Names.Subdomain(name).Any()
                            && subject.Text("apiGroup") is null or ""
                            && subject.Text("namespace") is { Length: > 0 },
                        "User" or "Group" => subject.Text("apiGroup") == api,
                        _ => false,
                    }
                );
    }

    private static void Require(ResourceDefinition resource, bool isRight) =>
        NotSimulatedException.ThrowUnless(isRight, $"a {resource.Kind} that is refused");
}
