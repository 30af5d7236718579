using System.Collections.Concurrent;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;

namespace MultiEni.Controller.Attachments;

/// <summary>What the agent says of an ENI as it is attached and specified now. Pure.</summary>
internal static class AgentAnswer
{
    /// <summary>
    /// What the agent said of the device, unless that was the device of an earlier attachment in
    /// EC2.
    /// </summary>
    public static DeviceStatus? Device(EniAttachment attachment)
    {
        var device = attachment.Status?.Device;
        return attachment.Status?.Network?.AttachmentId is { } now && device?.AttachmentId != now ? null : device;
    }

    /// <summary>
    /// Whether a user-space driver holds the device; not any more once the agent has let it go.
    /// </summary>
    public static bool IsBound(EniAttachment attachment) =>
        Device(attachment) is not null
        && AttachmentState.IsHeldByAgent(attachment)
        && attachment.Status?.Conditions.IsTrue(ConditionTypes.Bound) == true;

    /// <summary>
    /// The agent's condition of a type; null when it has none, or one about an older specification
    /// or an earlier attachment in EC2 only.
    /// </summary>
    /// <param name="attachment">The ENIAttachment.</param>
    /// <param name="type">The condition.</param>
    /// <param name="attachmentId">The attachment in EC2 at present: `eni-attach-…`.</param>
    public static Condition? To(EniAttachment attachment, string type, string? attachmentId)
    {
        var condition = attachment.Status?.Conditions.Find(type);
        var isOfOlderSpec = condition?.ObservedGeneration is { } observed && observed < attachment.Metadata.Generation;
        var isOfEarlierAttachment = attachment.Status?.Device?.AttachmentId != attachmentId;
        return isOfOlderSpec || isOfEarlierAttachment ? null : condition;
    }
}

/// <summary>
/// When the agents that work on releases were last heard of: by this controller's clock, from what
/// it saw change, and from its own start on. It must take neither its own absence nor the
/// difference of two clocks for an agent's silence.
/// </summary>
internal sealed class AgentSigns
{
    private readonly ConcurrentDictionary<string, (string? Uid, DateTimeOffset? Beat, DateTimeOffset At)> _heard = new(StringComparer.Ordinal);

    /// <summary>
    /// The last sign of life, or the moment at which this controller began to wait for one; null
    /// for an attachment that stays.
    /// </summary>
    public DateTimeOffset? LastHeard(EniAttachment attachment, DateTimeOffset now)
    {
        if (!attachment.Metadata.IsBeingDeleted)
        {
            return null;
        }

        // A successor of the same name may come before anybody looks in between: silence before its
        // time is not its agent's.
        var (uid, beat) = (attachment.Metadata.Uid, attachment.Status?.Device?.ReleaseHeartbeatTime);
        return _heard
            .AddOrUpdate(attachment.Metadata.Name, _ => (uid, beat, now), (_, last) => last.Uid == uid && last.Beat == beat ? last : (uid, beat, now))
            .At;
    }

    /// <summary>The attachment is gone.</summary>
    public void Forget(string name) => _heard.TryRemove(name, out _);
}
