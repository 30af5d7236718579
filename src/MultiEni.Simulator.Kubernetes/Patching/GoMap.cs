using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Kubernetes.Patching;

/// <summary>JSON as a Go program prints it that has no better way.</summary>
internal static class GoMap
{
    /// <summary>Such as <c>map[a:1 b:[x y]]</c>.</summary>
    public static string Show(JsonNode? value) =>
        value switch
        {
            null => "<nil>",
            JsonObject obj =>
                $"map[{string.Join(' ', obj.OrderBy(static field => field.Key, StringComparer.Ordinal).Select(static field => $"{field.Key}:{Show(field.Value)}"))}]",
            JsonArray list => $"[{string.Join(' ', list.Select(Show))}]",
            _ => value.ToString(),
        };
}
