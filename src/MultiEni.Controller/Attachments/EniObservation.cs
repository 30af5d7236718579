using MultiEni.Api.EniAttachments;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.PodAddresses;

namespace MultiEni.Controller.Attachments;

/// <summary>Everything the next step for one attachment depends on.</summary>
/// <param name="Attachment">The attachment.</param>
/// <param name="Slot">What EC2 shows for its slot.</param>
/// <param name="Adoptable">
/// An ENI that is attached already and could be this slot's; null when there is none. With
/// <c>spec.adopt</c> one that the launch template attached, known together with
/// <paramref name="Indexes"/>; otherwise one of the Go controller, which knew no slots.
/// </param>
/// <param name="Indexes">
/// Device indexes in use on its instance and network card, by whomsoever; null when not read yet.
/// </param>
/// <param name="MaximumEnis">
/// The most ENIs that the instance takes on that card; null when the type is unknown.
/// </param>
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

    /// <summary>
    /// When this controller last saw a sign of life of the agent that releases the device, or began
    /// to wait for one; null outside of deletion.
    /// </summary>
    public DateTimeOffset? AgentHeard { get; init; }

    /// <summary>
    /// The retained ENI that the attachment claims and that can be taken; null when there is none.
    /// </summary>
    public EniRow? Retained { get; init; }

    /// <summary>
    /// Whether the NodeENI keeps the ENI that counts for the slot when the attachment goes.
    /// </summary>
    public bool KeepsEni { get; init; }

    /// <summary>
    /// Addresses of former pods that the ENI gives back before it is kept; empty when none are left.
    /// </summary>
    public IReadOnlyList<string> GivenBack { get; init; } = [];

    /// <summary>
    /// What is due about addresses for pods; null when none are wanted, or the ENI is not attached.
    /// </summary>
    public PodAddressPlan? PodAddresses { get; init; }

    /// <summary>
    /// Whether EC2 refused a repair of the ENI and none is tried for a while; pods need not wait for
    /// it then.
    /// </summary>
    public bool AreRepairsHeld { get; init; }
}

/// <summary>What is known of the ENIs that carry a slot's tag.</summary>
internal abstract record SlotObservation
{
    /// <summary>
    /// Nothing yet: no sweep has run since this controller began to lead, or an outcome is open.
    /// </summary>
    public sealed record Unknown : SlotObservation;

    /// <summary>
    /// EC2 shows none and enough time has passed for that to be believed
    /// (docs/reference/ec2.md#consistency).
    /// </summary>
    public sealed record Absent : SlotObservation;

    /// <summary>EC2 shows none, but one was created a moment ago: not yet a proof.</summary>
    public sealed record AbsentForNow : SlotObservation;

    /// <summary>At least one exists; more than one after a crash at the wrong moment.</summary>
    /// <param name="Rows">All of them.</param>
    public sealed record Present(IReadOnlyList<EniRow> Rows) : SlotObservation;
}

/// <summary>How long the controller waits for what.</summary>
internal sealed record EniTimeLimits
{
    /// <summary>
    /// An attachment that is not confirmed after this long is undone and tried again; the limit
    /// that the EBS driver uses (docs/reference/ec2.md#attachments).
    /// </summary>
    public TimeSpan StuckAttaching { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>
    /// A graceful detachment that takes longer than this is forced (<c>DETACHMENT_TIMEOUT</c>).
    /// </summary>
    public TimeSpan ForceDetachAfter { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// An agent that has given no sign of life for this long is not waited for any more
    /// (<c>RELEASE_TIMEOUT</c>). One that has renewed its heartbeat in this release is given
    /// <see cref="Api.EniAttachments.ReleaseHeartbeat.Patience" /> at least, any other
    /// <see cref="Api.EniAttachments.ReleaseHeartbeat.FirstPatience" />.
    /// </summary>
    public TimeSpan Release { get; init; } = TimeSpan.FromMinutes(5);
}
