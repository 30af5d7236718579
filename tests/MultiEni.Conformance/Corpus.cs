using System.Reflection;
using System.Text.Json.Nodes;

namespace MultiEni.Conformance;

/// <summary>The files below <c>tests/conformance</c>.</summary>
internal static class Corpus
{
    private static readonly string Directory = typeof(Corpus)
        .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(static attribute => attribute.Key == "CorpusDirectory")
        .Value!;

    /// <summary>The names of the folders with cases.</summary>
    public static IEnumerable<string> Topics =>
        System
            .IO.Directory.GetDirectories(Directory)
            .Select(static path => Path.GetFileName(path)!)
            .Where(static topic => topic != "fixtures")
            .Order(StringComparer.Ordinal);

    /// <summary>The cases of a topic, such as <c>objects/create</c>.</summary>
    public static IEnumerable<string> Cases(string topic) =>
        System
            .IO.Directory.GetFiles(Path.Combine(Directory, topic), "*.json")
            .Select(path => $"{topic}/{Path.GetFileNameWithoutExtension(path)}")
            .Order(StringComparer.Ordinal);

    /// <summary>A case, or a fixture.</summary>
    public static JsonObject Read(string name) => JsonNode.Parse(File.ReadAllText(Path.Combine(Directory, name + ".json")))!.AsObject();
}
