using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;

namespace MultiEni.Controller.Summary;

/// <summary>What the agent says of an attachment as it is specified now. Pure.</summary>
public static class AgentAnswer
{
    /// <summary>The agent's condition of a type; null when it has none, or has looked at an older specification only.</summary>
    public static Condition? To(EniAttachment attachment, string type)
    {
        ArgumentNullException.ThrowIfNull(attachment);
        var condition = attachment.Status?.Conditions.Find(type);
        return condition?.ObservedGeneration is { } observed && observed < attachment.Metadata.Generation ? null : condition;
    }
}
