using System.Text;
using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Resources;
using MultiEni.Simulator.Kubernetes.Types;

namespace MultiEni.Simulator.Kubernetes.Operations;

/// <summary>What the API server itself adds to objects of built-in types.</summary>
internal static class KindRules
{
    /// <summary>Holds a definition until its last object is gone.</summary>
    public const string DefinitionFinalizer = "customresourcecleanup.apiextensions.k8s.io";

    private const string Rbac = "rbac.authorization.k8s.io";
    private const string NotReady = "node.kubernetes.io/not-ready";
    private const long DefaultGraceSeconds = 30;
    private const long TolerationSeconds = 300;

    private static readonly Dictionary<string, long> Priorities = new(StringComparer.Ordinal)
    {
        ["system-cluster-critical"] = 2_000_000_000,
        ["system-node-critical"] = 2_000_001_000,
    };

    /// <summary>
    /// Fills in, in place, what depends on other fields; a writer owns these defaults like what he
    /// sent.
    /// </summary>
    public static void ApplyDefaults(ResourceDefinition resource, JsonObject obj, string now)
    {
        var spec = obj["spec"] as JsonObject ?? [];
        switch (resource.GroupResource)
        {
            case "namespaces" when obj.Text("metadata", "name") is { Length: > 0 } name:
                obj.Metadata().Child("labels")["kubernetes.io/metadata.name"] = name;
                break;
            case "nodes":
                if (spec.Text("podCIDR") is { Length: > 0 } range && spec["podCIDRs"] is null)
                {
                    spec["podCIDRs"] = new JsonArray(range);
                }

                if (obj["status"] is JsonObject { } status && status["capacity"] is { } capacity && status["allocatable"] is null)
                {
                    status["allocatable"] = capacity.DeepClone();
                }

                break;
            case "secrets":
                MoveStringData(obj);
                break;
            case "pods":
                DefaultPod(spec);
                break;
            case "deployments.apps":
                DefaultPod(spec["template"]?["spec"] as JsonObject ?? []);
                DefaultRollingUpdate(spec, "strategy", "25%", "25%");
                break;
            case "daemonsets.apps":
                DefaultPod(spec["template"]?["spec"] as JsonObject ?? []);
                DefaultRollingUpdate(spec, "updateStrategy", 1, 0);
                break;
            case "leases.coordination.k8s.io":
                // Coordinated leader election is off.
                spec.Remove("strategy");
                spec.Remove("preferredHolder");
                break;
            case "services":
                foreach (var port in spec.Objects("ports"))
                {
                    port["targetPort"] ??= port["port"]!.DeepClone();
                }

                break;
            case "networkpolicies.networking.k8s.io":
                spec["policyTypes"] ??= spec["egress"] is null ? new JsonArray("Ingress") : new JsonArray("Ingress", "Egress");
                break;
            case "resourceslices.resource.k8s.io":
                DeviceRules.DefaultSlice(spec, now);
                break;
            case "resourceclaims.resource.k8s.io":
                DeviceRules.DefaultClaim(spec);
                break;
            case "resourceclaimtemplates.resource.k8s.io":
                DeviceRules.DefaultClaim(spec["spec"] as JsonObject ?? []);
                break;
            case "rolebindings." + Rbac or "clusterrolebindings." + Rbac:
                DefaultBinding(obj);
                break;
            default:
                break;
        }
    }

    /// <summary>
    /// Completes a new object, in place, with what nobody owns. The status that it came with is
    /// already gone where the type drops it.
    /// </summary>
    /// <exception cref="StatusException">
    /// 403: a pod names a priority class that does not exist.
    /// </exception>
    public static void CompleteNew(ResourceDefinition resource, JsonObject obj, bool taintNodes, string now)
    {
        switch (resource.GroupResource)
        {
            case "namespaces":
                obj.Child("spec")["finalizers"] = new JsonArray("kubernetes");
                obj["status"] = new JsonObject { ["phase"] = "Active" };
                break;
            case "nodes" when taintNodes && !obj.Child("spec").Objects("taints").Exists(static taint => taint.Text("key") == NotReady):
                obj.Child("spec").List("taints").Add((JsonNode)new JsonObject { ["key"] = NotReady, ["effect"] = "NoSchedule" });
                break;
            case "pods":
                CompletePod(resource, obj, obj.Child("spec"));
                break;
            case "services" when obj.Text("spec", "clusterIP") is not { Length: > 0 }:
                var address = $"10.96.{Random.Shared.Next(256)}.{Random.Shared.Next(1, 255)}";
                var service = obj.Child("spec");
                service["clusterIP"] = address;
                service["clusterIPs"] = new JsonArray(address);
                service["ipFamilies"] ??= new JsonArray("IPv4");
                service["ipFamilyPolicy"] ??= "SingleStack";
                break;
            case "customresourcedefinitions.apiextensions.k8s.io":
                obj.Child("spec")["conversion"] ??= new JsonObject { ["strategy"] = "None" };
                obj.Metadata()["finalizers"] = new JsonArray(DefinitionFinalizer);
                obj["status"] = Established(obj, now);
                break;
            default:
                break;
        }
    }

    /// <summary>
    /// Seconds for which a deleted object stays until its kubelet confirms; zero deletes at once.
    /// </summary>
    public static long GraceSeconds(ResourceDefinition resource, JsonObject obj, long? requested)
    {
        var isRunning =
            resource.GroupResource == "pods"
            && obj.Text("spec", "nodeName") is { Length: > 0 }
            && obj.Text("status", "phase") is not ("Succeeded" or "Failed");
        return isRunning ? requested ?? (obj["spec"] as JsonObject).Integer("terminationGracePeriodSeconds") ?? DefaultGraceSeconds : 0;
    }

    private static void DefaultPod(JsonObject spec)
    {
        spec["securityContext"] ??= new JsonObject();
        if (spec.Text("serviceAccountName") is { Length: > 0 } account)
        {
            spec["serviceAccount"] = account;
        }
        else if (spec.Text("serviceAccount") is { Length: > 0 } deprecated)
        {
            spec["serviceAccountName"] = deprecated;
        }

        foreach (var volume in spec.Objects("volumes").Where(static volume => volume.Count == 1))
        {
            volume["emptyDir"] = new JsonObject();
        }

        foreach (var container in Containers(spec))
        {
            if (container.Text("imagePullPolicy") is not { Length: > 0 })
            {
                var image = container.Text("image") ?? "";
                var tag = image[(image.LastIndexOf('/') + 1)..];
                var isLatest = tag.EndsWith(":latest", StringComparison.Ordinal) || tag.IndexOfAny([':', '@']) < 0;
                container["imagePullPolicy"] = isLatest ? "Always" : "IfNotPresent";
            }

            if (container["resources"] is JsonObject resources && resources["limits"] is JsonObject limits)
            {
                var requests = resources.Child("requests");
                foreach (var (name, amount) in limits)
                {
                    requests[name] ??= amount?.DeepClone();
                }
            }

            foreach (var port in container.Objects("ports").Where(_ => spec.Flag("hostNetwork")))
            {
                port["hostPort"] ??= port["containerPort"]?.DeepClone();
            }
        }
    }

    private static void CompletePod(ResourceDefinition resource, JsonObject obj, JsonObject spec)
    {
        obj["status"] = new JsonObject { ["phase"] = "Pending", ["qosClass"] = QualityOfService(spec) };
        var className = spec.Text("priorityClassName");
        var priority = 0L;
        if (className is { Length: > 0 } && !Priorities.TryGetValue(className, out priority))
        {
            throw StatusErrors.Forbidden(resource, obj.Text("metadata", "name") ?? "", $"no PriorityClass with name {className} was found");
        }

        spec["priority"] ??= priority;
        spec["preemptionPolicy"] ??= "PreemptLowerPriority";
        var tolerations = spec.List("tolerations");
        foreach (var key in (ReadOnlySpan<string>)[NotReady, "node.kubernetes.io/unreachable"])
        {
            var isTolerated = spec.Objects("tolerations")
                .Exists(toleration =>
                    toleration.Text("key") is var of
                    && (string.IsNullOrEmpty(of) || of == key)
                    && toleration.Text("effect") is null or "" or "NoExecute"
                );
            if (!isTolerated)
            {
                tolerations.Add(
                    (JsonNode)
                        new JsonObject
                        {
                            ["key"] = key,
                            ["operator"] = "Exists",
                            ["effect"] = "NoExecute",
                            ["tolerationSeconds"] = TolerationSeconds,
                        }
                );
            }
        }
    }

    private static string QualityOfService(JsonObject spec)
    {
        string[] counted = ["cpu", "memory"];
        var any = false;
        var isGuaranteed = true;
        foreach (var container in Containers(spec))
        {
            var limits = container["resources"]?["limits"] as JsonObject;
            var requests = container["resources"]?["requests"] as JsonObject;
            foreach (var resource in counted)
            {
                any |= Amount(limits, resource) > 0 || Amount(requests, resource) > 0;
                isGuaranteed &= Amount(limits, resource) > 0 && Amount(requests, resource) == Amount(limits, resource);
            }
        }

        return !any ? "BestEffort"
            : isGuaranteed ? "Guaranteed"
            : "Burstable";

        static System.Numerics.BigInteger Amount(JsonObject? amounts, string resource) =>
            amounts.Text(resource) is { } text ? Quantity.Parse(text).Nanos : 0;
    }

    private static IEnumerable<JsonObject> Containers(JsonObject spec) => spec.Objects("initContainers").Concat(spec.Objects("containers"));

    private static void DefaultRollingUpdate(JsonObject spec, string field, JsonNode unavailable, JsonNode surge)
    {
        if (spec[field] is JsonObject strategy && strategy.Text("type") == "RollingUpdate")
        {
            var rolling = strategy.Child("rollingUpdate");
            rolling["maxUnavailable"] ??= unavailable;
            rolling["maxSurge"] ??= surge;
        }
    }

    private static void DefaultBinding(JsonObject obj)
    {
        foreach (var subject in obj.Objects("subjects").Where(static subject => subject.Text("kind") is "User" or "Group"))
        {
            if (subject.Text("apiGroup") is not { Length: > 0 })
            {
                subject["apiGroup"] = Rbac;
            }
        }

        if (obj["roleRef"] is JsonObject role && role.Text("apiGroup") is not { Length: > 0 })
        {
            role["apiGroup"] = Rbac;
        }
    }

    private static JsonObject Established(JsonObject definition, string now)
    {
        var spec = definition["spec"] as JsonObject;
        var stored = spec.Objects("versions").Find(static version => version.Flag("storage"));
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

    private static void MoveStringData(JsonObject secret)
    {
        if (secret["stringData"] is not JsonObject plain)
        {
            return;
        }

        var data = secret.Child("data");
        foreach (var (key, value) in plain)
        {
            data[key] = Convert.ToBase64String(Encoding.UTF8.GetBytes(value?.GetValue<string>() ?? ""));
        }

        secret.Remove("stringData");
    }
}
