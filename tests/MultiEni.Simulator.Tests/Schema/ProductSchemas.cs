using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Schema;
using MultiEni.Simulator.Kubernetes.Yaml;

namespace MultiEni.Simulator.Tests.Schema;

/// <summary>The schemas that users install, and objects that fit them.</summary>
internal static class ProductSchemas
{
    public static JsonObject NodeEniDefinition { get; } = Definition("networking.k8s.aws_nodeenis.yaml");

    public static JsonObject EniAttachmentDefinition { get; } = Definition("networking.k8s.aws_eniattachments.yaml");

    public static CustomResourceSchema NodeEni { get; } = CustomResourceSchema.Parse(SchemaOf(NodeEniDefinition));

    public static CustomResourceSchema EniAttachment { get; } = CustomResourceSchema.Parse(SchemaOf(EniAttachmentDefinition));

    public static JsonObject SchemaOf(JsonObject definition) => definition["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!.AsObject();

    public static JsonObject ValidNodeEni() =>
        YamlDocuments.Parse(
            """
            apiVersion: networking.k8s.aws/v1alpha1
            kind: NodeENI
            metadata:
              name: example
            spec:
              nodeSelector:
                ng: multi-eni
              subnetID: subnet-12345678
              securityGroupIDs:
              - sg-12345678
            """
        )[0];

    public static JsonObject ValidEniAttachment() =>
        YamlDocuments.Parse(
            """
            apiVersion: networking.k8s.aws/v1alpha1
            kind: ENIAttachment
            metadata:
              name: example
            spec:
              nodeENIRef: {name: example, uid: 0b5a}
              nodeName: node-1
              instanceID: i-0123
              slot: subnet-1
              subnetID: subnet-1
              securityGroupIDs: [sg-1]
              deviceIndex: 1
              networkCardIndex: 0
              device: {use: Plain}
            """
        )[0];

    /// <summary>What the API server does with an object before it stores it.</summary>
    public static IReadOnlyList<FieldError> Admit(this CustomResourceSchema schema, JsonObject obj, JsonObject? old = null)
    {
        schema.Prune(obj);
        schema.ApplyDefaults(obj);
        return schema.Validate(obj, old);
    }

    private static JsonObject Definition(string file)
    {
        using var stream = typeof(CustomResourceSchema).Assembly.GetManifestResourceStream($"crds/{file}")!;
        using var reader = new StreamReader(stream);
        return YamlDocuments.Parse(reader.ReadToEnd()).Single();
    }
}
