using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Schema;
using MultiEni.Simulator.Kubernetes.Yaml;

namespace MultiEni.Api.Tests;

/// <summary>The CustomResourceDefinitions that users install.</summary>
internal static class Definitions
{
    public static JsonObject NodeEni { get; } = SchemaOf("networking.k8s.aws_nodeenis.yaml");

    public static JsonObject EniAttachment { get; } = SchemaOf("networking.k8s.aws_eniattachments.yaml");

    public static JsonObject Part(this JsonObject schema, string name) => schema["properties"]![name]!.AsObject();

    private static JsonObject SchemaOf(string file)
    {
        using var stream = typeof(CustomResourceSchema).Assembly.GetManifestResourceStream($"crds/{file}")!;
        using var reader = new StreamReader(stream);
        return YamlDocuments.Parse(reader.ReadToEnd()).Single()["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!.AsObject();
    }
}
