using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Types;

namespace MultiEni.Simulator.Kubernetes.Validation.Devices;

/// <summary>What holds for the claims of pods.</summary>
internal static class PodClaimValidation
{
    public static void Check(JsonObject obj, JsonObject? old, DeviceChecks checks)
    {
        var errors = checks.Errors;
        var spec = obj["spec"] as JsonObject ?? [];
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (index, claim) in spec.Objects("resourceClaims").Index())
        {
            var path = $"spec.resourceClaims[{index}]";
            var name = claim.Text("name") ?? "";
            checks.Label($"{path}.name", name);
            if (!names.Add(name))
            {
                errors.Duplicate($"{path}.name", $"\"{name}\"");
            }

            CheckSource(claim, path, checks);
        }

        foreach (var list in (ReadOnlySpan<string>)["initContainers", "containers"])
        {
            foreach (var (index, container) in spec.Objects(list).Index())
            {
                CheckUse(container, $"spec.{list}[{index}].resources.claims", names, checks);
            }
        }

        if (old is not null && !JsonNode.DeepEquals(obj["status"], old["status"]))
        {
            CheckStatus(spec, obj["status"] as JsonObject ?? [], names, checks);
        }
    }

    private static void CheckSource(JsonObject claim, string path, DeviceChecks checks)
    {
        var (claimName, templateName) = (claim.Text("resourceClaimName"), claim.Text("resourceClaimTemplateName"));
        checks.Require(
            (claimName is null || !Names.Subdomain(claimName).Any()) && (templateName is null || !Names.Subdomain(templateName).Any()),
            $"the names in {path}"
        );
        if ((claimName ?? templateName) is null)
        {
            Refuse("must specify one of: `resourceClaimName`, `resourceClaimTemplateName`");
        }
        else if (claimName is not null && templateName is not null)
        {
            Refuse("at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified");
        }

        void Refuse(string why) => checks.Errors.InvalidStructure(path, GoStructure.Show(claim, "PodResourceClaim"), why);
    }

    private static void CheckUse(JsonObject container, string path, HashSet<string> names, DeviceChecks checks)
    {
        var used = (container["resources"] as JsonObject).Objects("claims");
        checks.Require(
            used.TrueForAll(static use => use.Text("request") is null or "" || !Names.Label(use.Text("request")!).Any())
                && used.DistinctBy(static use => (use.Text("name"), use.Text("request"))).Count() == used.Count,
            path
        );
        foreach (var (index, use) in used.Index())
        {
            var name = use.Text("name") ?? "";
            checks.Require(name.Length > 0 && (names.Count == 1 || names.Contains(name)), $"{path}[{index}].name");
            if (!names.Contains(name))
            {
                checks.Errors.NotFound($"{path}[{index}]", name, $"must be one of the names in pod.spec.resourceClaims: {string.Join(", ", names)}");
            }
        }
    }

    private static void CheckStatus(JsonObject spec, JsonObject status, HashSet<string> names, DeviceChecks checks)
    {
        var statuses = status.Objects("resourceClaimStatuses");
        checks.Require(statuses.DistinctBy(static claim => claim.Text("name")).Count() == statuses.Count, "status.resourceClaimStatuses");
        foreach (var (index, claim) in statuses.Index())
        {
            var path = $"status.resourceClaimStatuses[{index}]";
            checks.Require(claim.Text("resourceClaimName") is not { } made || !Names.Subdomain(made).Any(), $"{path}.resourceClaimName");
            if (!names.Contains(claim.Text("name") ?? ""))
            {
                checks.Errors.Invalid($"{path}.name", claim["name"], "must match the name of an entry in `spec.resourceClaims`");
            }
        }

        if (status["extendedResourceClaimStatus"] is JsonObject extended)
        {
            CheckExtended(spec, extended, checks);
        }
    }

    private static void CheckExtended(JsonObject spec, JsonObject extended, DeviceChecks checks)
    {
        const string path = "status.extendedResourceClaimStatus";
        List<JsonObject> containers = [.. spec.Objects("initContainers"), .. spec.Objects("containers")];
        checks.Require(!Names.Subdomain(extended.Text("resourceClaimName") ?? "").Any(), $"{path}.resourceClaimName");
        foreach (var (index, mapping) in extended.Objects("requestMappings").Index())
        {
            var at = $"{path}.requestMappings[{index}]";
            var resource = mapping.Text("resourceName") ?? "";
            checks.Require(
                DeviceClassValidation.IsExtendedResource(resource)
                    && containers.Exists(container => container.Text("name") == mapping.Text("containerName"))
                    && !Names.Label(mapping.Text("requestName") ?? "").Any(),
                at
            );
            if (!containers.Exists(container => container["resources"]?["requests"]?[resource] is not null))
            {
                checks.Errors.Invalid(
                    $"{at}.resourceName",
                    resource,
                    "must match the extended resource name of an entry in spec.initContainers.resources.requests or spec.containers.resources.requests"
                );
            }
        }
    }
}
