using System.Collections.Concurrent;
using MultiEni.Controller.Planning;

namespace MultiEni.Controller.Attachments;

/// <summary>
/// The last step of each attachment that EC2 refused, and until when it is not tried again. Whatever wakes an attachment meanwhile (a resync, a
/// word of the agent, our own report) makes no call of what only a person can change; another specification is another question. What EC2 said stays
/// known until the step succeeds, so that the status keeps saying it while the step is tried again.
/// </summary>
internal sealed class RefusedSteps(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, Blocker> _refusals = new(StringComparer.Ordinal);

    /// <summary>Remembers a refusal, and leaves the step alone for a while, which may be no time at all.</summary>
    public void Remember(string name, long? generation, EniStep step, TimeSpan rest, ConditionClaim hindrance) =>
        _refusals[name] = new Blocker(generation, step.GetType(), time.GetUtcNow() + rest, hindrance);

    /// <summary>The last refusal of this very step; null when there was none.</summary>
    public Blocker? Last(string name, long? generation, EniStep step) =>
        _refusals.TryGetValue(name, out var refusal) && refusal.Generation == generation && refusal.Step == step.GetType() ? refusal : null;

    /// <summary>The refusal because of which the step is not tried now, or null.</summary>
    public Blocker? Resting(string name, long? generation, EniStep step) =>
        Last(name, generation, step) is { } refusal && refusal.Until > time.GetUtcNow() ? refusal : null;

    /// <summary>A step succeeded, or the attachment is gone.</summary>
    public void Forget(string name) => _refusals.TryRemove(name, out _);

    /// <summary>One refusal.</summary>
    public sealed record Blocker(long? Generation, Type Step, DateTimeOffset Until, ConditionClaim Hindrance);
}
