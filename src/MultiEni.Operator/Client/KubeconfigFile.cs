using System.Text.Json.Nodes;

namespace MultiEni.Operator.Client;

/// <summary>One kubeconfig file; JSON is YAML.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Root">What it says.</param>
internal sealed record KubeconfigFile(string Path, JsonObject Root)
{
    /// <summary>Reads a file.</summary>
    public static KubeconfigFile Open(string path)
    {
        try
        {
            // An empty file counts as one that is not there, as kubectl sees it: `kubectl config` makes such files.
            var root = KubeconfigYaml.Parse(File.ReadAllText(path)) ?? new JsonObject();
            return new(System.IO.Path.GetFullPath(path), root as JsonObject ?? throw new FormatException("it is not a mapping"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new KubernetesConfigException($"The kubeconfig {path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>A list of scalars; what is something else counts as empty.</summary>
    public static IReadOnlyList<string> Texts(JsonNode? node) => [.. (node as JsonArray ?? []).Select(item => item?.ToString() ?? "")];

    /// <summary>A scalar as text, or null.</summary>
    public static string? Text(JsonObject node, string name) => node[name] is JsonValue value ? value.ToString() : null;
}
