using MultiEni.Controller.Kubernetes;
using MultiEni.Operator.Client;

namespace MultiEni.Controller.Definitions;

/// <summary>Whether the cluster's resource definitions know everything that the controller writes.</summary>
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
            var definition = await kubernetes.GetAsync(Kinds.Definition, ObjectKey.Cluster(name), cancellationToken);
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
