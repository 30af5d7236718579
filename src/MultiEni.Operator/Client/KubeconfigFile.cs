using System.Text.Json;
using System.Text.Json.Nodes;

namespace MultiEni.Operator.Client;

/// <summary>One kubeconfig file, JSON or plain YAML.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Root">What it says.</param>
internal sealed record KubeconfigFile(string Path, JsonObject Root)
{
    /// <summary>Reads a file.</summary>
    public static KubeconfigFile Open(string path)
    {
        try
        {
            var text = File.ReadAllText(path);
            var root = text.TrimStart().StartsWith('{') ? JsonNode.Parse(text) : PlainYaml.Parse(text);
            return new(System.IO.Path.GetFullPath(path), root as JsonObject ?? throw new FormatException("it is not a mapping"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or JsonException)
        {
            throw new KubernetesConfigException($"The kubeconfig {path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>A scalar as text, or null.</summary>
    public static string? Text(JsonObject node, string name) => node[name] is JsonValue value ? value.ToString() : null;
}
