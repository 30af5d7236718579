using MultiEni.Manager.Safety;

namespace MultiEni.Manager.Agent;

/// <summary>How a step ended.</summary>
/// <param name="Blocker">Why it failed; null when it is done.</param>
/// <param name="Retry">
/// When a step that failed is tried again; null when only a change makes that worth while.
/// </param>
internal sealed record StepOutcome(Blocker? Blocker, RetryDelays? Retry)
{
    /// <summary>It succeeded.</summary>
    public static StepOutcome Done { get; } = new(null, null);
}
