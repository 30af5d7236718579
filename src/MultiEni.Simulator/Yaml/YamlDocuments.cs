using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Yaml;

/// <summary>Reads and writes YAML as kubectl does: every document is a JSON object.</summary>
public static class YamlDocuments
{
    /// <summary>All documents of a file; empty ones are left out.</summary>
    public static IReadOnlyList<JsonObject> Parse(string yaml) => throw new NotSupportedException();

    /// <summary>One document in block style.</summary>
    public static string Write(JsonNode node) => throw new NotSupportedException();
}
