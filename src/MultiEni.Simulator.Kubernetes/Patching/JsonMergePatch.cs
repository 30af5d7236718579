using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Kubernetes.Patching;

/// <summary>
/// JSON merge patch (RFC 7386): objects merge, null removes, everything else replaces. Objects that
/// it goes through come out sorted.
/// </summary>
internal static class JsonMergePatch
{
    /// <summary>The result; <paramref name="target"/> may be changed and be part of it.</summary>
    public static JsonNode Apply(JsonNode? target, JsonNode patch)
    {
        if (patch is not JsonObject changes)
        {
            return patch.DeepClone();
        }

        var result = target as JsonObject ?? [];
        foreach (var (name, value) in changes)
        {
            if (value is null)
            {
                result.Remove(name);
                continue;
            }

            var before = result[name];
            var after = Apply(before, value);
            if (!ReferenceEquals(before, after))
            {
                result[name] = after;
            }
        }

        return result.Sorted();
    }
}
