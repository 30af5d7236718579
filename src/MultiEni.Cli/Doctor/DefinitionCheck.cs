using System.Text.Json.Serialization.Metadata;
using MultiEni.Api;
using MultiEni.Cli.Cluster;

namespace MultiEni.Cli.Doctor;

/// <summary>The CRDs exist and know every field that this version uses; those of the Go controller, or of an older version, do not.</summary>
internal static class DefinitionCheck
{
    public const string Name = "resource definitions";

    private const string Upgrade =
        "Apply the CRDs of this version: upgrade the chart, or `kubectl apply --server-side -f charts/aws-multi-eni-controller/files/crds`.";

    public static IEnumerable<Finding> Run(ClusterPicture picture)
    {
        if (picture.Definitions.Value is not { } definitions)
        {
            yield break;
        }

        foreach (var (plural, spec, status) in Expected())
        {
            var name = $"{plural}.{Names.Group}";
            var definition = definitions.FirstOrDefault(found => found.Metadata.Name == name);
            if (definition is null)
            {
                yield return new Finding(Name, Severity.Error, name, "The resource is not defined in the cluster.", [Upgrade]);
                continue;
            }

            var missing = Missing(definition, "spec", spec).Concat(Missing(definition, "status", status)).ToList();
            if (missing.Count > 0)
            {
                var named = string.Join(", ", missing.Take(5)) + (missing.Count > 5 ? $" and {missing.Count - 5} more" : "");
                yield return new Finding(Name, Severity.Error, name, $"The definition is an older one: it does not know {named}.", [Upgrade]);
            }
        }
    }

    private static IEnumerable<(string Plural, JsonTypeInfo Spec, JsonTypeInfo Status)> Expected() =>
        [
            (Names.NodeEniPlural, ApiJson.Default.NodeEniSpec, ApiJson.Default.NodeEniStatus),
            (Names.EniAttachmentPlural, ApiJson.Default.EniAttachmentSpec, ApiJson.Default.EniAttachmentStatus),
        ];

    private static IEnumerable<string> Missing(ResourceDefinition definition, string part, JsonTypeInfo type) =>
        type
            .Properties.Select(property => property.Name)
            .Except(definition.Fields(Names.Version, part), StringComparer.Ordinal)
            .Select(field => $"{part}.{field}");
}
