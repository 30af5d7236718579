using System.Collections.Concurrent;
using MultiEni.Api.EniAttachments;

namespace MultiEni.Controller.Attachments;

/// <summary>
/// When the agents that work on releases were last heard of: by this controller's clock, from what it saw change, and from its own start on. It must
/// take neither its own absence nor the difference of two clocks for an agent's silence.
/// </summary>
internal sealed class AgentSigns
{
    private readonly ConcurrentDictionary<string, (string? Uid, DateTimeOffset? Beat, DateTimeOffset At)> _heard = new(StringComparer.Ordinal);

    /// <summary>The last sign of life, or the moment at which this controller began to wait for one; null for an attachment that stays.</summary>
    public DateTimeOffset? LastHeard(EniAttachment attachment, DateTimeOffset now)
    {
        if (!attachment.Metadata.IsBeingDeleted)
        {
            return null;
        }

        // A successor of the same name may come before anybody looks in between: silence before its time is not its agent's.
        var (uid, beat) = (attachment.Metadata.Uid, attachment.Status?.Device?.ReleaseHeartbeatTime);
        return _heard
            .AddOrUpdate(attachment.Metadata.Name, _ => (uid, beat, now), (_, last) => last.Uid == uid && last.Beat == beat ? last : (uid, beat, now))
            .At;
    }

    /// <summary>The attachment is gone.</summary>
    public void Forget(string name) => _heard.TryRemove(name, out _);
}
