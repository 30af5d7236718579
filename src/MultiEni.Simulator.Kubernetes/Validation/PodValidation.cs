using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Types;

namespace MultiEni.Simulator.Kubernetes.Validation;

/// <summary>
/// Whether the server takes pods and what makes them. Those that it refuses are not supported: its
/// words for each mistake are missing.
/// </summary>
internal static class PodValidation
{
    /// <summary>Checks a pod, and with <paramref name="old"/> also the change.</summary>
    /// <exception cref="StatusException">501: the server would refuse it.</exception>
    public static void CheckPod(JsonObject obj, JsonObject? old)
    {
        var spec = obj["spec"] as JsonObject ?? [];
        CheckSpec(spec);
        Require(old is null || JsonNode.DeepEquals(Fixed(spec, spec), Fixed(old["spec"] as JsonObject ?? [], spec)), "a change of a pod");
    }

    /// <summary>Checks a Deployment or DaemonSet.</summary>
    /// <exception cref="StatusException">501: the server would refuse it.</exception>
    public static void CheckWorkload(JsonObject obj, JsonObject? old)
    {
        var spec = obj["spec"] as JsonObject ?? [];
        var template = spec["template"] as JsonObject ?? [];
        var labels = template["metadata"]?["labels"] as JsonObject ?? [];
        var selector = spec["selector"] as JsonObject ?? [];
        var wanted = selector["matchLabels"] as JsonObject ?? [];
        Require(selector.Count > 0 && wanted.All(label => labels.Text(label.Key) == label.Value?.GetValue<string>()), "the selector");
        Require(old is null || JsonNode.DeepEquals(selector, old["spec"]?["selector"]), "a change of the selector");
        Require(AreLabels(labels), "the labels of a template");
        Require(spec.Integer("replicas") is null or >= 0, "the replicas");
        Require(template.Text("spec", "restartPolicy") is "Always", "restartPolicy");
        CheckSpec(template["spec"] as JsonObject ?? []);
    }

    private static void CheckSpec(JsonObject spec)
    {
        var volumes = spec.Objects("volumes");
        List<JsonObject> containers = [.. spec.Objects("containers"), .. spec.Objects("initContainers")];
        Require(spec.Objects("containers").Count > 0 && AreNamed(containers), "the names of containers");
        Require(AreNamed(volumes) && volumes.TrueForAll(static volume => volume.Count > 1), "volumes");
        Require(spec.Text("restartPolicy") is "Always" or "OnFailure" or "Never", "restartPolicy");
        Require(spec.Text("dnsPolicy") is "ClusterFirstWithHostNet" or "ClusterFirst" or "Default" or "None", "dnsPolicy");
        Require(AreLabels(spec["nodeSelector"] as JsonObject ?? []), "nodeSelector");
        Require(spec.Text("serviceAccountName") is null or "" || !Names.Subdomain(spec.Text("serviceAccountName")!).Any(), "serviceAccountName");
        Require(spec.Objects("tolerations").TrueForAll(IsToleration), "tolerations");
        foreach (var container in containers)
        {
            var mounts = container.Objects("volumeMounts");
            Require(HasText(container, "image"), "image");
            Require(container.Text("imagePullPolicy") is "Always" or "IfNotPresent" or "Never", "imagePullPolicy");
            Require(container.Text("terminationMessagePolicy") is "File" or "FallbackToLogsOnError", "terminationMessagePolicy");
            Require(container.Objects("ports").TrueForAll(port => IsPort(port, spec.Flag("hostNetwork"))), "ports");
            Require(container.Objects("env").TrueForAll(static variable => HasText(variable, "name")), "env");
            Require(
                mounts.TrueForAll(mount => HasText(mount, "mountPath") && volumes.Exists(volume => volume.Text("name") == mount.Text("name"))),
                "volumeMounts"
            );
            Require(AreResources(container["resources"] as JsonObject ?? []), "resources");
        }
    }

    private static bool IsPort(JsonObject port, bool hostNetwork) =>
        (port.Text("name") is null or "" || IsPortName(port.Text("name")!))
        && port.Integer("containerPort") is >= 1 and <= 65535
        && (port.Integer("hostPort") is null or 0 || (port.Integer("hostPort") is >= 1 and <= 65535))
        && (!hostNetwork || port.Integer("hostPort") == port.Integer("containerPort"))
        && port.Text("protocol") is "SCTP" or "TCP" or "UDP";

    private static bool IsPortName(string name) =>
        name.Length <= 15
        && name.All(static letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-')
        && name.Any(char.IsAsciiLetter);

    // Of what is not of the server's own, requests and limits are whole, equal and both given.
    private static bool AreResources(JsonObject resources)
    {
        var limits = Amounts("limits");
        var requests = Amounts("requests");
        return limits.Concat(requests).All(static amount => amount.Value.Nanos.Sign >= 0 && (IsStandard(amount.Key) || IsExtended(amount)))
            && requests.All(request =>
                limits.TryGetValue(request.Key, out var limit)
                    ? IsStandard(request.Key)
                        ? request.Value.Nanos <= limit.Nanos
                        : request.Value.Nanos == limit.Nanos
                    : IsStandard(request.Key)
            );

        Dictionary<string, Quantity> Amounts(string list) =>
            (resources[list] as JsonObject ?? []).ToDictionary(
                static amount => amount.Key,
                static amount => Quantity.Parse(amount.Value!.GetValue<string>()),
                StringComparer.Ordinal
            );

        static bool IsStandard(string name) =>
            name is "cpu" or "memory" or "ephemeral-storage" || name.StartsWith("hugepages-", StringComparison.Ordinal);

        static bool IsExtended(KeyValuePair<string, Quantity> amount) =>
            amount.Key.Contains('/', StringComparison.Ordinal) && !Names.QualifiedName(amount.Key).Any() && amount.Value.IsInteger;
    }

    private static bool IsToleration(JsonObject toleration)
    {
        var exists = toleration.Text("operator") == "Exists";
        return (HasText(toleration, "key") ? !Names.QualifiedName(toleration.Text("key")!).Any() : exists)
            && (!exists || !HasText(toleration, "value"))
            && toleration.Text("operator") is null or "" or "Equal" or "Exists"
            && (toleration["tolerationSeconds"] is null || toleration.Text("effect") == "NoExecute")
            && toleration.Text("effect") is null or "" or "NoSchedule" or "PreferNoSchedule" or "NoExecute";
    }

    // What cannot change: images can, and tolerations can be added.
    private static JsonObject Fixed(JsonObject spec, JsonObject changed)
    {
        var copy = spec.Copy();
        copy.Remove("activeDeadlineSeconds");
        foreach (var container in copy.Objects("containers").Concat(copy.Objects("initContainers")))
        {
            container.Remove("image");
        }

        var now = changed["tolerations"] as JsonArray ?? [];
        if ((spec["tolerations"] as JsonArray ?? []).All(toleration => now.Any(candidate => JsonNode.DeepEquals(candidate, toleration))))
        {
            copy.Remove("tolerations");
        }

        return copy;
    }

    private static bool AreNamed(List<JsonObject> entries) =>
        entries.TrueForAll(static entry => HasText(entry, "name") && !Names.Label(entry.Text("name")!).Any())
        && entries.DistinctBy(static entry => entry.Text("name"), StringComparer.Ordinal).Count() == entries.Count;

    private static bool AreLabels(JsonObject labels) =>
        labels.All(static label => !Names.QualifiedName(label.Key).Any() && !Names.LabelValue(label.Value?.ToString() ?? "").Any());

    private static bool HasText(JsonObject obj, string field) => obj.Text(field) is { Length: > 0 };

    private static void Require(bool isRight, string what) =>
        NotSimulatedException.ThrowUnless(isRight, $"a pod, or what makes pods, that is refused for its {what}");
}
