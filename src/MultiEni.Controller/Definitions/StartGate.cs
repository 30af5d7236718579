using Microsoft.Extensions.Logging;
using MultiEni.Controller.Telemetry;
using MultiEni.Operator.Client;
using MultiEni.Operator.Diagnostics;

namespace MultiEni.Controller.Definitions;

/// <summary>
/// Holds the controller back, alive and not ready, until the cluster has what it cannot start
/// without. It does not exit: a crash loop hides the reason, and an API server that fails for a
/// moment is none.
/// </summary>
/// <param name="subject">What is read, in the plural: <c>the resource definitions</c>.</param>
/// <param name="remedy">What to grant when it may not be read: a whole sentence.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Logs every other obstacle.</param>
internal sealed class StartGate(string subject, string remedy, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private volatile string? _obstacle = $"{subject}: not read yet";

    /// <summary>Unhealthy, with what is missing, while it holds back.</summary>
    public HealthResult Health => _obstacle is { } why ? HealthResult.Unhealthy(why) : HealthResult.Healthy;

    /// <summary>Ends when <paramref name="findObstacle"/> finds none.</summary>
    /// <param name="findObstacle">
    /// What is missing; null for nothing. May fail as calls to the API server do.
    /// </param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    public async Task PassAsync(Func<CancellationToken, Task<string?>> findObstacle, CancellationToken cancellationToken)
    {
        while (await ReadAsync(findObstacle, cancellationToken) is { } found)
        {
            if (found != _obstacle)
            {
                ControllerLog.HeldBack(logger, found);
            }

            _obstacle = found;
            await Task.Delay(Interval, time, cancellationToken);
        }

        _obstacle = null;
    }

    private async Task<string?> ReadAsync(Func<CancellationToken, Task<string?>> findObstacle, CancellationToken cancellationToken)
    {
        try
        {
            return await findObstacle(cancellationToken);
        }
        catch (KubernetesApiException refused) when (refused.IsForbidden)
        {
            return $"{subject} may not be read: {refused.Message}. {remedy}";
        }
        catch (Exception failed) when (KubernetesFailure.Is(failed))
        {
            return $"{subject} cannot be read: {failed.Message}";
        }
    }
}
