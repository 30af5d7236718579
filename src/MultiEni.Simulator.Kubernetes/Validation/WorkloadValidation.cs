using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Kubernetes.Validation;

/// <summary>What holds for Deployments and DaemonSets, as far as their fields are supported.</summary>
internal static class WorkloadValidation
{
    public static void Check(JsonObject obj, JsonObject? old, FieldErrors errors)
    {
        var spec = obj["spec"] as JsonObject ?? [];
        var template = spec["template"] as JsonObject ?? [];
        var selector = spec["selector"] as JsonObject;
        if (selector is null)
        {
            errors.Required("spec.selector");
        }
        else if (selector.Count == 0)
        {
            errors.Invalid(
                "spec.selector",
                selector,
                "empty selector is invalid for " + (obj.Text("kind") == "Deployment" ? "deployment" : "daemonset")
            );
        }

        var labels = template["metadata"]?["labels"] as JsonObject ?? [];
        if (selector?["matchLabels"] is JsonObject wanted && wanted.Any(label => labels.Text(label.Key) != label.Value?.GetValue<string>()))
        {
            errors.Invalid("spec.template.metadata.labels", labels, "`selector` does not match template `labels`");
        }

        MetadataValidation.CheckLabels(labels, "spec.template.labels", errors);
        MetadataValidation.CheckAnnotations(template["metadata"]?["annotations"] as JsonObject, "spec.template.annotations", errors);
        PodValidation.CheckSpec(template["spec"] as JsonObject ?? [], "spec.template.spec", errors);
        if (template.Text("spec", "restartPolicy") is not "Always" and var policy)
        {
            errors.Supported("spec.template.spec.restartPolicy", policy, "Always");
        }

        if (spec.Integer("replicas") is { } replicas and < 0)
        {
            errors.Invalid("spec.replicas", replicas, "must be greater than or equal to 0");
        }

        if (old is not null && !JsonNode.DeepEquals(selector, old["spec"]?["selector"]))
        {
            errors.Invalid("spec.selector", selector, "field is immutable");
        }
    }
}
