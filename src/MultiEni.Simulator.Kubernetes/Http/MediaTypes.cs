namespace MultiEni.Simulator.Kubernetes.Http;

/// <summary>The media types of requests and answers.</summary>
internal static class MediaTypes
{
    public const string Json = "application/json";
    public const string Yaml = "application/yaml";
    public const string JsonPatch = "application/json-patch+json";
    public const string MergePatch = "application/merge-patch+json";
    public const string StrategicMergePatch = "application/strategic-merge-patch+json";
    public const string ApplyPatch = "application/apply-patch+yaml";

    /// <summary>The part of a Content-Type before its parameters.</summary>
    public static string Bare(string? contentType) => (contentType ?? "").Split(';')[0].Trim().ToLowerInvariant();

    /// <summary>Whether a body of this type is JSON or YAML; without a type it is taken for JSON.</summary>
    public static bool IsText(string bare) => bare is "" or Json or Yaml or JsonPatch or MergePatch or StrategicMergePatch or ApplyPatch;

    public static bool WantsTable(string accept) =>
        accept
            .Split(',')
            .Select(static range => range.Trim())
            .TakeWhile(static range => range != Json)
            .Any(static range =>
                range.Contains("as=Table", StringComparison.Ordinal)
                && range.Contains("v=v1", StringComparison.Ordinal)
                && !range.Contains("v1beta1", StringComparison.Ordinal)
            );

    public static bool AcceptsJson(string accept) =>
        accept.Length == 0
        || accept.Contains("application/json", StringComparison.Ordinal)
        || accept.Contains("application/*", StringComparison.Ordinal)
        || accept.Contains("*/*", StringComparison.Ordinal)
        || accept.Contains("yaml", StringComparison.Ordinal);
}
