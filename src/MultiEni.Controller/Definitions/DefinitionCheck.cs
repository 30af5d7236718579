using System.Text.Json.Serialization.Metadata;
using MultiEni.Api;
using MultiEni.Api.Kubernetes;
using MultiEni.Controller.Kubernetes;
using MultiEni.Operator.Client;

namespace MultiEni.Controller.Definitions;

/// <summary>
/// Whether the cluster's resource definitions know everything that the controller writes.
/// </summary>
internal static class DefinitionCheck
{
    /// <summary>What is read, as a message names it.</summary>
    public const string Subject = "the resource definitions";

    /// <summary>What to grant when they may not be read.</summary>
    public static string Grant { get; } =
        $"Grant get of customresourcedefinitions {string.Join(" and ", DefinitionGaps.Names)}, as the chart's ClusterRole eni-controller does.";

    /// <summary>What is missing; null for nothing.</summary>
    public static async Task<string?> FindGapAsync(KubernetesClient kubernetes, CancellationToken cancellationToken)
    {
        foreach (var name in DefinitionGaps.Names)
        {
            var definition = await kubernetes.GetAsync(ResourceDefinition.ResourceKind, ObjectKey.Cluster(name), cancellationToken);
            if (definition is null)
            {
                return $"the cluster does not define {name}. {DefinitionGaps.Remedy}";
            }

            if (DefinitionGaps.Of(definition) is { Count: > 0 } missing)
            {
                return $"the cluster's definition of {name} is older than this controller and does not know {DefinitionGaps.Describe(missing)}. {DefinitionGaps.Remedy}";
            }
        }

        return null;
    }
}

/// <summary>
/// What this version writes and a resource definition of the cluster does not know. The API server
/// drops unknown fields without a word, so whoever writes them believes what is nowhere. Pure.
/// </summary>
internal static class DefinitionGaps
{
    /// <summary>What mends a gap.</summary>
    public const string Remedy =
        "Apply the CRDs of this version: upgrade the chart with crds.install, or `kubectl apply --server-side -f charts/aws-multi-eni-controller/files/crds`.";

    /// <summary>Names of the product's definitions.</summary>
    public static IReadOnlyList<string> Names { get; } = [NodeEnis, Attachments];

    private const string NodeEnis = $"{Api.Names.NodeEniPlural}.{Api.Names.Group}";
    private const string Attachments = $"{Api.Names.EniAttachmentPlural}.{Api.Names.Group}";

    /// <summary>
    /// The fields that a definition lacks, such as <c>spec.subnetPolicy</c>, in the order of the
    /// schema; the fields below one that is missing are not named.
    /// </summary>
    public static IReadOnlyList<string> Of(ResourceDefinition definition)
    {
        var root = definition.Spec.Versions.Find(version => version.Name == Api.Names.Version)?.Schema?.Root;
        JsonTypeInfo written = definition.Metadata.Name == NodeEnis ? ApiJson.Default.NodeEni : ApiJson.Default.EniAttachment;
        return
        [
            .. written
                .Properties.Where(property => property.Name is "spec" or "status")
                .SelectMany(property => Missing(root, property, property.Name)),
        ];
    }

    /// <summary>The first of the fields in words.</summary>
    public static string Describe(IReadOnlyList<string> missing)
    {
        const int Shown = 5;
        return string.Join(", ", missing.Take(Shown)) + (missing.Count > Shown ? $" and {missing.Count - Shown} more" : "");
    }

    private static IEnumerable<string> Missing(ResourceDefinition.Field? parent, JsonPropertyInfo property, string path)
    {
        if (parent?.PreservesUnknownFields == true)
        {
            return [];
        }

        if (parent?.Properties?.GetValueOrDefault(property.Name) is not { } field)
        {
            return [path];
        }

        var type = ApiJson.Default.GetTypeInfo(property.PropertyType);
        if (type is { Kind: JsonTypeInfoKind.Enumerable, ElementType: { } element } && field.Items is { } items)
        {
            (field, type, path) = (items, ApiJson.Default.GetTypeInfo(element), $"{path}[]");
        }

        return type is { Kind: JsonTypeInfoKind.Object }
            ? type.Properties.Where(IsWritten).SelectMany(below => Missing(field, below, $"{path}.{below.Name}"))
            : [];
    }

    // A property with [JsonIgnore] is listed as well, without a way to read it.
    private static bool IsWritten(JsonPropertyInfo property) => property.Get is not null;
}
