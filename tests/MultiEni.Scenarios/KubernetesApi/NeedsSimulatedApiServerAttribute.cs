using Xunit.v3;

namespace MultiEni.Scenarios.KubernetesApi;

/// <summary>
/// Marks stories of which an API server's faults, delays or records are part: they run on the
/// simulated one in this process, whichever is chosen, and can be left out with
/// <c>--filter-not-trait api-server=simulated</c>.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class NeedsSimulatedApiServerAttribute : Attribute, ITraitAttribute
{
    /// <inheritdoc/>
    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [new("api-server", "simulated")];
}
