using System.Text;
using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Resources;

namespace MultiEni.Simulator.Kubernetes.Validation;

/// <summary>What holds for single built-in kinds.</summary>
internal static class KindValidation
{
    private const int MostData = 1024 * 1024;
    private const string Immutable = "field is immutable";

    /// <summary>Adds what is wrong with an object, or with the change from <paramref name="old"/>.</summary>
    public static void Check(ResourceDefinition resource, string apiGroup, JsonObject obj, JsonObject? old, FieldErrors errors)
    {
        switch (resource.GroupResource)
        {
            case "configmaps":
                CheckData(obj, old, errors);
                break;
            case "secrets":
                CheckData(obj, old, errors);
                CheckSecret(obj, old, errors);
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
                        errors.Invalid(field, obj.TextAt(field), Immutable);
                    }
                }

                break;
            case "nodes":
                NodeValidation.Check(obj, old, errors);
                break;
            case "pods":
                PodValidation.Check(obj, old, errors);
                break;
            case "daemonsets.apps" or "deployments.apps":
                WorkloadValidation.Check(obj, old, errors);
                break;
            case "roles.rbac.authorization.k8s.io" or "clusterroles.rbac.authorization.k8s.io":
                RbacValidation.CheckRole(resource, obj, errors);
                break;
            case "rolebindings.rbac.authorization.k8s.io" or "clusterrolebindings.rbac.authorization.k8s.io":
                RbacValidation.CheckBinding(resource, obj, old, errors);
                break;
            default:
                break;
        }
    }

    private static void CheckData(JsonObject obj, JsonObject? old, FieldErrors errors)
    {
        var size = 0L;
        foreach (var field in (ReadOnlySpan<string>)["data", "binaryData"])
        {
            foreach (var (key, value) in obj[field] as JsonObject ?? [])
            {
                errors.Invalid($"{field}[{key}]", key, Names.ConfigKey(key));
                size += Encoding.UTF8.GetByteCount(value?.ToString() ?? "");
                if (field == "binaryData" && obj["data"]?[key] is not null)
                {
                    errors.Invalid($"data[{key}]", key, "duplicate of key present in binaryData");
                }
            }
        }

        if (size > MostData)
        {
            errors.TooLong(obj.Text("kind") == "Secret" ? "data" : "[]", MostData);
        }

        if (old is null || !old.Flag("immutable"))
        {
            return;
        }

        const string why = "field is immutable when `immutable` is set";
        if (!obj.Flag("immutable"))
        {
            errors.Forbidden("immutable", why);
        }

        foreach (var field in (ReadOnlySpan<string>)["data", "binaryData"])
        {
            if (!JsonNode.DeepEquals(obj[field], old[field]))
            {
                errors.Forbidden(field, why);
            }
        }
    }

    private static void CheckSecret(JsonObject obj, JsonObject? old, FieldErrors errors)
    {
        var type = obj.Text("type") ?? "";
        string[] needed = type switch
        {
            "kubernetes.io/tls" => ["tls.crt", "tls.key"],
            "kubernetes.io/dockerconfigjson" => [".dockerconfigjson"],
            "kubernetes.io/ssh-auth" => ["ssh-privatekey"],
            _ => [],
        };
        foreach (var key in needed.Where(key => obj["data"]?[key] is null))
        {
            errors.Required($"data[{key}]");
        }

        if (old is not null && old.Text("type") != type)
        {
            errors.Invalid("type", type, Immutable);
        }
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
}
