using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Access;
using MultiEni.Simulator.Kubernetes.Resources;

namespace MultiEni.Simulator.Kubernetes.Operations;

/// <summary>What the API server itself adds to new objects of built-in types, as far as clients notice.</summary>
internal static class KindRules
{
    private const long DefaultGraceSeconds = 30;

    /// <summary>Completes a new object, in place. The status that it came with is already gone where the type drops it.</summary>
    public static void CompleteNew(ResourceDefinition resource, JsonObject obj, bool taintNodes, string now)
    {
        switch (resource.GroupResource)
        {
            case "namespaces":
                Spec(obj)["finalizers"] = new JsonArray("kubernetes");
                obj["status"] = new JsonObject { ["phase"] = "Active" };
                Labels(obj)["kubernetes.io/metadata.name"] = obj.Metadata().Text("name");
                break;
            case "nodes" when taintNodes:
                AddNotReadyTaint(Spec(obj));
                break;
            case "pods":
                obj["status"] = new JsonObject { ["phase"] = "Pending", ["qosClass"] = "BestEffort" };
                Default(Spec(obj), "restartPolicy", "Always");
                Default(Spec(obj), "schedulerName", "default-scheduler");
                Default(Spec(obj), "terminationGracePeriodSeconds", DefaultGraceSeconds);
                SpellQuantities(Spec(obj));
                break;
            case "services":
                Default(Spec(obj), "type", "ClusterIP");
                break;
            case "secrets":
                Default(obj, "type", "Opaque");
                MoveStringData(obj);
                break;
            case "customresourcedefinitions.apiextensions.k8s.io":
                if (obj["spec"] is JsonObject spec && spec["conversion"] is null)
                {
                    spec["conversion"] = new JsonObject { ["strategy"] = "None" };
                }

                obj.Metadata()["finalizers"] = new JsonArray(DefinitionFinalizer);
                obj["status"] = Established(obj, now);
                break;
            case AdmissionPolicy.Resource or AdmissionPolicies.Bindings:
                PolicyChecks.ApplyDefaults(obj);
                break;
            default:
                break;
        }
    }

    /// <summary>Holds a definition until its last object is gone.</summary>
    public const string DefinitionFinalizer = "customresourcecleanup.apiextensions.k8s.io";

    /// <summary>Seconds for which a deleted object stays until its kubelet confirms; zero deletes at once.</summary>
    public static long GraceSeconds(ResourceDefinition resource, JsonObject obj, long? requested)
    {
        if (resource.GroupResource != "pods" || (obj["spec"] as JsonObject).Text("nodeName") is not { Length: > 0 })
        {
            return 0;
        }

        return obj.Text("status", "phase") is "Succeeded" or "Failed"
            ? 0
            : requested ?? (obj["spec"] as JsonObject).Integer("terminationGracePeriodSeconds") ?? DefaultGraceSeconds;
    }

    private static JsonObject Established(JsonObject definition, string now)
    {
        var spec = definition["spec"] as JsonObject;
        var stored = (spec?["versions"] as JsonArray ?? []).OfType<JsonObject>().FirstOrDefault(static version => version.Flag("storage"));
        return new JsonObject
        {
            ["conditions"] = new JsonArray(
                Condition("NamesAccepted", "NoConflicts", "no conflicts found", now),
                Condition("Established", "InitialNamesAccepted", "the initial names have been accepted", now)
            ),
            ["acceptedNames"] = spec?["names"]?.DeepClone(),
            ["storedVersions"] = new JsonArray(stored.Text("name")),
        };
    }

    private static JsonObject Condition(string type, string reason, string message, string now) =>
        new()
        {
            ["type"] = type,
            ["status"] = "True",
            ["lastTransitionTime"] = now,
            ["reason"] = reason,
            ["message"] = message,
        };

    private static void AddNotReadyTaint(JsonObject spec)
    {
        if (spec["taints"] is not JsonArray taints)
        {
            spec["taints"] = taints = [];
        }

        const string key = "node.kubernetes.io/not-ready";
        if (!taints.OfType<JsonObject>().Any(static taint => taint.Text("key") == key))
        {
            taints.Add((JsonNode)new JsonObject { ["key"] = key, ["effect"] = "NoSchedule" });
        }
    }

    private static void MoveStringData(JsonObject secret)
    {
        if (secret["stringData"] is not JsonObject plain)
        {
            return;
        }

        if (secret["data"] is not JsonObject data)
        {
            secret["data"] = data = [];
        }

        foreach (var (key, value) in plain)
        {
            data[key] = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(value?.GetValue<string>() ?? ""));
        }

        secret.Remove("stringData");
    }

    // A quantity may be written as a number and is always read back as a string.
    private static void SpellQuantities(JsonObject podSpec)
    {
        foreach (var container in (podSpec["containers"] as JsonArray ?? []).OfType<JsonObject>())
        {
            foreach (var kind in (container["resources"] as JsonObject ?? []).ToList())
            {
                foreach (var (name, quantity) in (kind.Value as JsonObject ?? []).ToList())
                {
                    if (quantity?.GetValueKind() == System.Text.Json.JsonValueKind.Number)
                    {
                        kind.Value![name] = quantity.ToJsonString();
                    }
                }
            }
        }
    }

    private static JsonObject Spec(JsonObject obj) => Child(obj, "spec");

    private static JsonObject Labels(JsonObject obj) => Child(obj.Metadata(), "labels");

    private static JsonObject Child(JsonObject obj, string field)
    {
        if (obj[field] is JsonObject child)
        {
            return child;
        }

        child = [];
        obj[field] = child;
        return child;
    }

    private static void Default(JsonObject obj, string field, JsonNode value)
    {
        if (obj[field] is null)
        {
            obj[field] = value;
        }
    }
}
