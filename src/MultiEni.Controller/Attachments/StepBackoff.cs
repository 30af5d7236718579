using System.Collections.Concurrent;
using MultiEni.Api.EniAttachments;
using MultiEni.Controller.Planning;

namespace MultiEni.Controller.Attachments;

/// <summary>
/// The last step of each attachment that EC2 refused, and until when it is not tried again.
/// Whatever wakes an attachment meanwhile (a resync, a report of the agent or of our own) makes no
/// call of what only a person can change; another specification is another question. What EC2 said
/// stays known until the step succeeds, so that the status keeps saying it while the step is tried
/// again.
/// </summary>
internal sealed class StepBackoff(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, Failure> _failures = new(StringComparer.Ordinal);

    /// <summary>
    /// Remembers a failure, and leaves the step alone for a while, which may be no time at all.
    /// </summary>
    public void Start(EniAttachment attachment, EniStep step, TimeSpan duration, ConditionClaim blocker) =>
        _failures[attachment.Metadata.Name] = new Failure(attachment.Metadata.Generation, step.GetType(), time.GetUtcNow() + duration, blocker);

    /// <summary>The last failure of this very step; null when there was none.</summary>
    public Failure? Last(EniAttachment attachment, EniStep step) =>
        _failures.TryGetValue(attachment.Metadata.Name, out var failure)
        && failure.Generation == attachment.Metadata.Generation
        && failure.Step == step.GetType()
            ? failure
            : null;

    /// <summary>The last failure of whichever step; null when there was none.</summary>
    public Failure? Last(EniAttachment attachment) =>
        _failures.TryGetValue(attachment.Metadata.Name, out var failure) && failure.Generation == attachment.Metadata.Generation ? failure : null;

    /// <summary>The failure because of which the step is not tried now, or null.</summary>
    public Failure? Current(EniAttachment attachment, EniStep step) =>
        Last(attachment, step) is { } failure && failure.Until > time.GetUtcNow() ? failure : null;

    /// <summary>Whether a repair of an attached ENI is not tried now, which one it may be.</summary>
    public bool HoldsRepairs(EniAttachment attachment) =>
        Last(attachment) is { } failure && failure.Until > time.GetUtcNow() && typeof(EniStep.Update).IsAssignableFrom(failure.Step);

    /// <summary>A step succeeded, or the attachment is gone.</summary>
    public void Forget(string name) => _failures.TryRemove(name, out _);

    /// <summary>One failure.</summary>
    /// <param name="Generation">Of the attachment's specification.</param>
    /// <param name="Step">Kind of the step.</param>
    /// <param name="Until">When it is tried again.</param>
    /// <param name="Blocker">What the status says of it.</param>
    public sealed record Failure(long? Generation, Type Step, DateTimeOffset Until, ConditionClaim Blocker);
}
