using Microsoft.Extensions.Logging;
using MultiEni.Api;
using MultiEni.Api.ResourceClaims;
using MultiEni.Manager.Kubelet.Dra;
using MultiEni.Manager.Safety;

namespace MultiEni.Manager.Claims;

/// <summary>Whether the kubelet has registered the driver. Safe for concurrent use.</summary>
/// <param name="paths">The sockets.</param>
/// <param name="settled">Called when that changes.</param>
/// <param name="logger">The log.</param>
internal sealed class DriverRegistration(DraPaths paths, Action settled, ILogger logger)
{
    private string? _problem = "the kubelet has not called yet";

    /// <summary>
    /// Why the kubelet does not prepare claims with this driver; null when it does.
    /// </summary>
    public Blocker? Problem =>
        Volatile.Read(ref _problem) is { } problem
            ? new Blocker(
                Reasons.KubeletUnavailable,
                $"{ClaimNames.Driver} is not registered with the kubelet: {problem}. If it stays so, see that the kubelet is of Kubernetes 1.34 or later and that the "
                    + $"eni-manager container has the host folders {paths.RegistrationFolder} and {paths.PluginFolder} mounted at the same paths."
            )
            : null;

    /// <summary>Notes what the kubelet said, or why it cannot; null for success.</summary>
    public void Note(string? problem)
    {
        if (Interlocked.Exchange(ref _problem, problem) == problem)
        {
            return;
        }

        if (problem is null)
        {
            ClaimLog.DriverRegistered(logger, ClaimNames.Driver);
        }
        else
        {
            ClaimLog.DriverNotRegistered(logger, ClaimNames.Driver, problem);
        }

        settled();
    }
}
