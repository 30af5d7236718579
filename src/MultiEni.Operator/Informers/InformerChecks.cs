using MultiEni.Api.Kubernetes;
using MultiEni.Operator.Diagnostics;

namespace MultiEni.Operator.Informers;

/// <summary>Health checks of informers.</summary>
public static class InformerChecks
{
    /// <summary>Watches an informer: ready as long as its cache is current, alive as long as it asks.</summary>
    public static void Add<T>(this HealthChecks checks, string name, Informer<T> informer)
        where T : class, IKubernetesObject
    {
        ArgumentNullException.ThrowIfNull(checks);
        ArgumentNullException.ThrowIfNull(informer);
        checks.AddReadiness(name, informer.Readiness);
        checks.AddLiveness(name, informer.Liveness);
    }
}
