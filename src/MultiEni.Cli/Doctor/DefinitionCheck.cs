using MultiEni.Controller.Definitions;

namespace MultiEni.Cli.Doctor;

/// <summary>The CRDs exist and know every field that this version uses; those of the Go controller, or of an older version, do not.</summary>
internal static class DefinitionCheck
{
    public const string Name = "resource definitions";

    public static IEnumerable<Finding> Run(ClusterSnapshot picture)
    {
        if (picture.Definitions.Value is not { } definitions)
        {
            yield break;
        }

        foreach (var name in DefinitionGaps.Names)
        {
            var definition = definitions.FirstOrDefault(found => found.Metadata.Name == name);
            if (definition is null)
            {
                yield return new Finding(Name, Severity.Error, name, "The resource is not defined in the cluster.", [DefinitionGaps.Remedy]);
            }
            else if (DefinitionGaps.Of(definition) is { Count: > 0 } missing)
            {
                yield return new Finding(
                    Name,
                    Severity.Error,
                    name,
                    $"The definition is an older one: it does not know {DefinitionGaps.Describe(missing)}. The controller does nothing on it.",
                    [DefinitionGaps.Remedy]
                );
            }
        }
    }
}
