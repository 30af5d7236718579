using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Kubernetes.Validation.Devices;

/// <summary>What holds for DeviceClasses.</summary>
internal static class DeviceClassValidation
{
    public static void Check(JsonObject obj, JsonObject? old, DeviceChecks checks)
    {
        var spec = obj["spec"] as JsonObject ?? [];
        // Expressions that are stored are not compiled again.
        if (old is null || !JsonNode.DeepEquals(spec["selectors"], old["spec"]?["selectors"]))
        {
            checks.Selectors(spec, "spec");
        }

        checks.Each<JsonObject>(spec, "config", "spec", DeviceChecks.MostConfigurations, checks.Configuration);
        if (spec.Text("extendedResourceName") is { } name && !IsExtendedResource(name))
        {
            checks.Errors.Invalid("spec.extendedResourceName", name, "must be a valid extended resource name");
        }
    }

    /// <summary>Whether a resource is neither one of Kubernetes itself nor a quota's.</summary>
    public static bool IsExtendedResource(string name) =>
        name.Contains('/', StringComparison.Ordinal)
        && !name.Contains("kubernetes.io/", StringComparison.Ordinal)
        && !name.StartsWith("requests.", StringComparison.Ordinal)
        && !Names.QualifiedName("requests." + name).Any();
}
