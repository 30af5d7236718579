using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Types;

namespace MultiEni.Simulator.Kubernetes.Validation;

/// <summary>What holds for pods and for what templates make of them, as far as their fields are supported.</summary>
internal static class PodValidation
{
    public static void Check(JsonObject obj, JsonObject? old, FieldErrors errors)
    {
        CheckSpec(obj["spec"] as JsonObject ?? [], "spec", errors);
        if (old is not null)
        {
            CheckChange(obj["spec"] as JsonObject ?? [], old["spec"] as JsonObject ?? [], errors);
        }
    }

    /// <summary>The specification of a pod or of a template.</summary>
    public static void CheckSpec(JsonObject spec, string path, FieldErrors errors)
    {
        var volumes = new HashSet<string>(StringComparer.Ordinal);
        Each(
            spec,
            "volumes",
            path,
            (volume, at) =>
            {
                CheckName(volume, at, volumes, errors);
                if (volume.Count == 1)
                {
                    errors.Required(at, "must specify a volume type");
                }
            }
        );
        if (spec["containers"] is not JsonArray { Count: > 0 })
        {
            errors.Required($"{path}.containers");
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        Each(spec, "containers", path, (container, at) => CheckContainer(container, at, names, volumes, spec.Flag("hostNetwork"), errors));
        Each(spec, "initContainers", path, (container, at) => CheckContainer(container, at, names, volumes, spec.Flag("hostNetwork"), errors));
        errors.Supported($"{path}.restartPolicy", spec.Text("restartPolicy"), "Always", "OnFailure", "Never");
        errors.Supported($"{path}.dnsPolicy", spec.Text("dnsPolicy"), "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None");
        MetadataValidation.CheckLabels(spec["nodeSelector"] as JsonObject, $"{path}.nodeSelector", errors);
        if (spec.Text("serviceAccountName") is { Length: > 0 } account)
        {
            errors.Invalid($"{path}.serviceAccountName", account, Names.Subdomain(account));
        }

        Each(spec, "tolerations", path, (toleration, at) => CheckToleration(toleration, at, errors));
    }

    private static void CheckContainer(
        JsonObject container,
        string path,
        HashSet<string> names,
        HashSet<string> volumes,
        bool hostNetwork,
        FieldErrors errors
    )
    {
        CheckName(container, path, names, errors);
        if (container.Text("image") is not { Length: > 0 })
        {
            errors.Required($"{path}.image");
        }

        Each(container, "ports", path, (port, at) => CheckPort(port, at, hostNetwork, errors));
        Each(
            container,
            "env",
            path,
            (variable, at) =>
            {
                if (variable.Text("name") is not { Length: > 0 })
                {
                    errors.Required($"{at}.name");
                }
            }
        );
        Each(
            container,
            "volumeMounts",
            path,
            (mount, at) =>
            {
                var volume = mount.Text("name") ?? "";
                if (volume.Length == 0)
                {
                    errors.Required($"{at}.name");
                }
                else if (!volumes.Contains(volume))
                {
                    errors.All.Add(new Schema.FieldError($"{at}.name", "FieldValueNotFound", $"Not found: \"{volume}\""));
                }

                if (mount.Text("mountPath") is not { Length: > 0 })
                {
                    errors.Required($"{at}.mountPath");
                }
            }
        );
        errors.Supported($"{path}.imagePullPolicy", container.Text("imagePullPolicy"), "Always", "IfNotPresent", "Never");
        errors.Supported($"{path}.terminationMessagePolicy", container.Text("terminationMessagePolicy"), "File", "FallbackToLogsOnError");
        CheckResources(container["resources"] as JsonObject ?? [], $"{path}.resources", errors);
    }

    private static void CheckPort(JsonObject port, string path, bool hostNetwork, FieldErrors errors)
    {
        if (port.Text("name") is { Length: > 0 } name)
        {
            CheckPortName(name, $"{path}.name", errors);
        }

        var number = port.Integer("containerPort") ?? 0;
        if (number == 0)
        {
            errors.Required($"{path}.containerPort");
        }
        else
        {
            CheckRange(number, $"{path}.containerPort", errors);
        }

        if (port.Integer("hostPort") is { } host and not 0)
        {
            CheckRange(host, $"{path}.hostPort", errors);
            if (hostNetwork && host != number)
            {
                errors.Invalid($"{path}.containerPort", number, "must match `hostPort` when `hostNetwork` is true");
            }
        }

        errors.Supported($"{path}.protocol", port.Text("protocol"), "SCTP", "TCP", "UDP");
    }

    private static void CheckPortName(string name, string path, FieldErrors errors)
    {
        if (name.Length > 15)
        {
            errors.Invalid(path, name, "must be no more than 15 characters");
        }

        if (name.Any(static letter => !char.IsAsciiLetterLower(letter) && !char.IsAsciiDigit(letter) && letter != '-'))
        {
            errors.Invalid(path, name, "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
        }

        if (!name.Any(char.IsAsciiLetter))
        {
            errors.Invalid(path, name, "must contain at least one letter (a-z)");
        }
    }

    private static void CheckRange(long port, string path, FieldErrors errors)
    {
        if (port is < 1 or > 65535)
        {
            errors.Invalid(path, port, "must be between 1 and 65535, inclusive");
        }
    }

    private static void CheckResources(JsonObject resources, string path, FieldErrors errors)
    {
        var limits = Read("limits");
        var requests = Read("requests");
        foreach (var (name, request) in requests)
        {
            var isOwn = IsStandard(name);
            if (limits.TryGetValue(name, out var limit))
            {
                if (!isOwn && request.CompareTo(limit) != 0)
                {
                    errors.Invalid($"{path}.requests", request.ToString(), $"must be equal to {name} limit of {limit}");
                }
                else if (isOwn && request > limit)
                {
                    errors.Invalid($"{path}.requests", request.ToString(), $"must be less than or equal to {name} limit of {limit}");
                }
            }
            else if (!isOwn && name.Contains('/', StringComparison.Ordinal))
            {
                errors.Required($"{path}.limits", "Limit must be set for non overcommitable resources");
            }
        }

        Dictionary<string, Quantity> Read(string list)
        {
            var amounts = new Dictionary<string, Quantity>(StringComparer.Ordinal);
            foreach (var (name, text) in resources[list] as JsonObject ?? [])
            {
                var amount = Quantity.Parse(text!.GetValue<string>());
                amounts[name] = amount;
                var at = $"{path}.{list}[{name}]";
                errors.Invalid(at, name, Names.QualifiedName(name));
                if (!name.Contains('/', StringComparison.Ordinal) && !IsStandard(name))
                {
                    errors.Invalid(at, name, "must be a standard resource type or fully qualified");
                    errors.Invalid(at, name, "must be a standard resource for containers");
                }

                if (amount.Nanos.Sign < 0)
                {
                    errors.Invalid(at, amount.ToString(), "must be greater than or equal to 0");
                }

                if (!IsStandard(name) && name.Contains('/', StringComparison.Ordinal) && !amount.IsInteger)
                {
                    errors.Invalid(at, amount.ToString(), "must be an integer");
                }
            }

            return amounts;
        }
    }

    private static bool IsStandard(string resource) =>
        resource is "cpu" or "memory" or "ephemeral-storage" || resource.StartsWith("hugepages-", StringComparison.Ordinal);

    private static void CheckToleration(JsonObject toleration, string path, FieldErrors errors)
    {
        var key = toleration.Text("key") ?? "";
        if (key.Length > 0)
        {
            errors.Invalid($"{path}.key", key, Names.QualifiedName(key));
        }

        var exists = toleration.Text("operator") == "Exists";
        if (key.Length == 0 && !exists)
        {
            errors.Invalid(
                $"{path}.operator",
                toleration.Text("operator") ?? "",
                ["operator must be Exists when `key` is empty, which means \"match all values and all keys\""]
            );
        }

        if (exists && toleration.Text("value") is { Length: > 0 } value)
        {
            errors.Invalid($"{path}.operator", value, ["value must be empty when `operator` is 'Exists'"]);
        }

        if (toleration.Text("operator") is not (null or "" or "Equal" or "Exists"))
        {
            errors.Supported($"{path}.operator", toleration.Text("operator"), "Equal", "Exists");
        }

        if (toleration["tolerationSeconds"] is not null && toleration.Text("effect") != "NoExecute")
        {
            errors.Invalid($"{path}.effect", toleration.Text("effect") ?? "", ["effect must be 'NoExecute' when `tolerationSeconds` is set"]);
        }

        if (toleration.Text("effect") is { Length: > 0 } effect)
        {
            errors.Supported($"{path}.effect", effect, "NoSchedule", "PreferNoSchedule", "NoExecute");
        }
    }

    private static void CheckChange(JsonObject spec, JsonObject old, FieldErrors errors)
    {
        foreach (var list in (ReadOnlySpan<string>)["containers", "initContainers"])
        {
            if ((spec[list] as JsonArray)?.Count != (old[list] as JsonArray)?.Count)
            {
                errors.Forbidden($"spec.{list}", "pod updates may not add or remove containers");
                return;
            }
        }

        foreach (var list in (ReadOnlySpan<string>)["containers", "initContainers"])
        {
            Each(
                spec,
                list,
                "spec",
                (container, at) =>
                {
                    if (container.Text("image") is not { Length: > 0 })
                    {
                        errors.Required($"{at}.image");
                    }
                }
            );
        }

        if (errors.All.Count > 0)
        {
            return;
        }

        var now = spec.Copy();
        var before = old.Copy();
        foreach (var copy in (ReadOnlySpan<JsonObject>)[now, before])
        {
            foreach (var list in (ReadOnlySpan<string>)["containers", "initContainers"])
            {
                foreach (var container in (copy[list] as JsonArray ?? []).OfType<JsonObject>())
                {
                    container.Remove("image");
                }
            }

            copy.Remove("activeDeadlineSeconds");
        }

        if (AddsTolerationsOnly(spec["tolerations"] as JsonArray ?? [], old["tolerations"] as JsonArray ?? []))
        {
            now.Remove("tolerations");
            before.Remove("tolerations");
        }

        if (!JsonNode.DeepEquals(now, before))
        {
            // The real server goes on with a comparison of the two in Go's notation.
            throw StatusErrors.NotSupported(
                $"a change of a pod's {string.Join(", ", now.Select(static field => field.Key).Union(before.Select(static field => field.Key)).Where(field => !JsonNode.DeepEquals(now[field], before[field])))}, which is refused"
            );
        }
    }

    private static bool AddsTolerationsOnly(JsonArray now, JsonArray before) =>
        before.All(toleration => now.Any(candidate => JsonNode.DeepEquals(candidate, toleration)));

    private static void CheckName(JsonObject named, string path, HashSet<string> names, FieldErrors errors)
    {
        if (named.Text("name") is not { Length: > 0 } name)
        {
            errors.Required($"{path}.name");
            return;
        }

        errors.Invalid($"{path}.name", name, Names.Label(name));
        if (!names.Add(name))
        {
            errors.Duplicate($"{path}.name", $"\"{name}\"");
        }
    }

    private static void Each(JsonObject obj, string list, string path, Action<JsonObject, string> check)
    {
        var index = 0;
        foreach (var entry in (obj[list] as JsonArray ?? []).OfType<JsonObject>())
        {
            check(entry, $"{path}.{list}[{index++}]");
        }
    }
}
