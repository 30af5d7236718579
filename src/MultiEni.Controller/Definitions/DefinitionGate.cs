using Microsoft.Extensions.Logging;
using MultiEni.Controller.Kubernetes;
using MultiEni.Operator.Client;
using MultiEni.Operator.Diagnostics;

namespace MultiEni.Controller.Definitions;

/// <summary>Holds the controller back, alive and not ready, until the cluster's resource definitions know everything that it writes.</summary>
internal sealed class DefinitionGate(KubernetesClient kubernetes, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private volatile string? obstacle = "the resource definitions have not been read";

    /// <summary>Unhealthy, with what is missing, while it holds back.</summary>
    public HealthResult Health => obstacle is { } why ? HealthResult.Unhealthy(why) : HealthResult.Healthy;

    /// <summary>Ends when nothing is missing.</summary>
    public async Task PassAsync(CancellationToken cancellationToken)
    {
        while (await ObstacleAsync(cancellationToken) is { } found)
        {
            if (found != obstacle)
            {
                ControllerLog.DefinitionsHoldBack(logger, found);
            }

            obstacle = found;
            await Task.Delay(Interval, time, cancellationToken);
        }

        obstacle = null;
    }

    private async Task<string?> ObstacleAsync(CancellationToken cancellationToken)
    {
        try
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
        catch (KubernetesApiException refused) when (refused.IsForbidden)
        {
            return $"the resource definitions may not be read: {refused.Message}. Grant get of customresourcedefinitions {string.Join(" and ", DefinitionGaps.Names)}, as the chart's ClusterRole eni-controller does.";
        }
        catch (Exception failed) when (KubernetesFailure.Is(failed))
        {
            return $"the resource definitions cannot be read: {failed.Message}";
        }
    }
}
