using MultiEni.Api.EniAttachments;
using MultiEni.Controller.Ec2;

namespace MultiEni.Controller.Attachments;

/// <summary>Everything the next step for one attachment depends on.</summary>
/// <param name="Attachment">The attachment.</param>
/// <param name="Slot">What EC2 shows for its slot.</param>
/// <param name="Adoptable">An ENI that the Go controller attached for this slot, which knew no slots; null when there is none.</param>
/// <param name="Indexes">Device indexes in use on its instance and network card, by whomsoever; null when not read yet.</param>
/// <param name="MaximumEnis">The most ENIs that the instance takes on that card; null when the type is unknown.</param>
/// <param name="InstanceGone">Whether it is certain that the instance was terminated.</param>
/// <param name="DetachSince">When the detachment under way was first seen or asked for.</param>
/// <param name="AttachSince">When the attachment under way was first seen or asked for.</param>
/// <param name="Now">The time.</param>
/// <param name="Limits">How long to wait for what.</param>
internal sealed record EniObservation(
    EniAttachment Attachment,
    SlotObservation Slot,
    EniRow? Adoptable,
    IReadOnlySet<int>? Indexes,
    int? MaximumEnis,
    bool InstanceGone,
    DateTimeOffset? DetachSince,
    DateTimeOffset? AttachSince,
    DateTimeOffset Now,
    EniTimeLimits Limits
)
{
    /// <summary>The ENI that counts for the slot; null when there is none.</summary>
    public EniRow? Row => Slot is SlotObservation.Present present ? EniDecision.Kept(Attachment, present.Rows) : null;

    /// <summary>When this controller last saw a sign of life of the agent that releases the device, or began to wait for one; null outside of deletion.</summary>
    public DateTimeOffset? AgentHeard { get; init; }
}
