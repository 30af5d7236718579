using System.Collections.Concurrent;
using MultiEni.Controller.Planning;

namespace MultiEni.Controller.Attachments;

/// <summary>
/// Steps that EC2 refused for want of a permission, and until when they are not tried again. Whatever wakes an attachment meanwhile (a resync, a
/// word of the agent, our own report) makes no call of it: only a person can grant the permission, and another specification is another question.
/// </summary>
public sealed class PermissionRests(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, Rest> rests = new();

    /// <summary>Leaves a step of an attachment alone for a while.</summary>
    public void Begin(string name, long? generation, EniStep step, TimeSpan duration, ConditionClaim hindrance) =>
        rests[name] = new Rest(generation, step.GetType(), time.GetUtcNow() + duration, hindrance);

    /// <summary>The rest that holds for this step, or null.</summary>
    public Rest? For(string name, long? generation, EniStep step) =>
        rests.TryGetValue(name, out var rest) && rest.Generation == generation && rest.Step == step.GetType() && rest.Until > time.GetUtcNow()
            ? rest
            : null;

    /// <summary>The attachment is gone.</summary>
    public void Forget(string name) => rests.TryRemove(name, out _);

    /// <summary>One rest.</summary>
    public sealed record Rest(long? Generation, Type Step, DateTimeOffset Until, ConditionClaim Hindrance);
}
