using System.Net;
using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Kubernetes.Validation;

/// <summary>What holds for nodes.</summary>
internal static class NodeValidation
{
    public static void Check(JsonObject obj, JsonObject? old, FieldErrors errors)
    {
        var spec = obj["spec"] as JsonObject;
        CheckTaints(spec?["taints"] as JsonArray ?? [], errors);
        var ranges = spec.Texts("podCIDRs");
        for (var index = 0; index < ranges.Count; index++)
        {
            if (!IPNetwork.TryParse(ranges[index], out _))
            {
                errors.Invalid($"spec.podCIDRs[{index}]", ranges[index], "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)");
            }
        }

        if (old is null)
        {
            return;
        }

        var was = old.Text("spec", "providerID");
        if (was is { Length: > 0 } && was != spec.Text("providerID"))
        {
            errors.Forbidden("spec.providerID", "node updates may not change providerID except from \"\" to valid");
        }

        if (old["spec"]?["podCIDRs"] is JsonArray { Count: > 0 } fixedRanges && !JsonNode.DeepEquals(fixedRanges, spec?["podCIDRs"]))
        {
            errors.Forbidden("spec.podCIDRs", "node updates may not change podCIDR except from \"\" to valid");
        }
    }

    private static void CheckTaints(JsonArray taints, FieldErrors errors)
    {
        var seen = new HashSet<(string?, string?)>();
        for (var index = 0; index < taints.Count; index++)
        {
            var taint = taints[index] as JsonObject;
            var path = $"metadata.taints[{index}]";
            var key = taint.Text("key") ?? "";
            // The real server says the same twice: the key as a name, and as the key of a label.
            errors.Invalid($"{path}.key", key, Names.QualifiedName(key));
            errors.Invalid($"{path}.key", key, Names.QualifiedName(key));
            errors.Invalid($"{path}.value", taint.Text("value") ?? "", Names.LabelValue(taint.Text("value") ?? ""));
            if (taint.Text("effect") is not { Length: > 0 } effect)
            {
                errors.Required($"{path}.effect");
            }
            else
            {
                errors.Supported($"{path}.effect", effect, "NoSchedule", "PreferNoSchedule", "NoExecute");
            }

            if (!seen.Add((key, taint.Text("effect"))))
            {
                errors.Duplicate(
                    path,
                    $"{{\"Key\":\"{key}\",\"Value\":\"{taint.Text("value")}\",\"Effect\":\"{taint.Text("effect")}\",\"TimeAdded\":{(taint?["timeAdded"]?.ToJsonString() ?? "null")}}}",
                    "taints must be unique by key and effect pair"
                );
            }
        }
    }
}
