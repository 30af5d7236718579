using MultiEni.Api.EniAttachments;
using MultiEni.Manager.Binding;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Host;
using MultiEni.Manager.Links;
using MultiEni.Manager.Publishing;
using MultiEni.Manager.Safety;

namespace MultiEni.Manager.Steps;

/// <summary>Everything that the next step of one attachment depends on.</summary>
internal sealed record DeviceObservation
{
    /// <summary>What is asked for.</summary>
    public required DesiredDevice Desired { get; init; }

    /// <summary>Which device it is.</summary>
    public required DeviceMatch Match { get; init; }

    /// <summary>The device's link in the host's network namespace, if it has one there.</summary>
    public Link? Link { get; init; }

    /// <summary>What the link is to have beside its state and its MTU.</summary>
    public LinkPlan LinkPlan { get; init; } = LinkPlan.Nothing;

    /// <summary>
    /// What the kernel shows of that, and what of it is ours; null when nobody looked, and nothing is
    /// changed then.
    /// </summary>
    public LinkFacts? LinkFacts { get; init; }

    /// <summary>What the journal of this boot says of the device.</summary>
    public JournalEntry? Journal { get; init; }

    /// <summary>How far the offer to pods has come.</summary>
    public OfferState Offer { get; init; } = new OfferState.NotOffered();

    /// <summary>Whether a pod or a process has the device.</summary>
    public DeviceUsage Usage { get; init; } = new DeviceUsage.NotChecked();

    /// <summary>
    /// Whether what is on offer at the device's address is another ENI, which was there before.
    /// </summary>
    public bool IsOfferOfAnother { get; init; }

    /// <summary>
    /// Why nothing is offered anew under the device's resource yet: what offered it before
    /// <c>DEVICE_PUBLISHER</c> was changed may still do so. Null when nothing stands against it.
    /// </summary>
    public Blocker? OfferBlocker { get; init; }

    /// <summary>Why the device must not be touched.</summary>
    public Blocker? TouchBlocker { get; init; }

    /// <summary>Why the device must not be bound.</summary>
    public Blocker? BindBlocker { get; init; }

    /// <summary>The node's InternalIP addresses; empty while they are not known.</summary>
    public IReadOnlyList<string> NodeAddresses { get; init; } = [];

    /// <summary>
    /// How the vfio-pci module differs from one of the kernel's own; null when the kernel does not
    /// tell.
    /// </summary>
    public string? VfioTaint { get; init; }

    /// <summary>Whether an earlier write to the device has not returned.</summary>
    public bool IsStuck { get; init; }

    /// <summary>Why the CNI plugin is not on the node; null when it is, or is not wanted.</summary>
    public string? IpamProblem { get; init; }

    /// <summary>Whether the node's administrator allows binding at all.</summary>
    public bool DpdkEnabled { get; init; } = true;

    /// <summary>Whether devices are offered to pods on this node at all.</summary>
    public bool Publishes { get; init; } = true;

    /// <summary>Whether devices are advertised to claims on this node.</summary>
    public bool ServesClaims { get; init; }

    /// <summary>
    /// The claim that has the device, as a reason; null when none has it. One that was prepared before
    /// the publisher was changed keeps the device, and no other pod may get it meanwhile.
    /// </summary>
    public Blocker? HeldByClaim { get; init; }

    /// <summary>
    /// The resource that this agent last reported in this boot, or null: a pod may have the device
    /// under it.
    /// </summary>
    public string? ReportedResource { get; init; }

    /// <summary>
    /// What this agent last reported in this boot of a device that is still there and shows no
    /// other ENI's hardware address, or null. Of a device that is in a pod and that no driver of
    /// ours holds, it is the only record of which one it is.
    /// </summary>
    public DeviceStatus? Reported { get; init; }

    /// <summary>
    /// Whether the journal says that this agent bound the device of this very ENI and verified it.
    /// </summary>
    public bool IsBoundByUs => Journal is { Phase: JournalPhase.Bound } entry && entry.EniId == Desired.EniId;

    /// <summary>The device, or null while it is not known.</summary>
    public PciDevice? Device => (Match as DeviceMatch.Found)?.Device;
}

/// <summary>Whether a pod or a process has the device (S11).</summary>
internal abstract record DeviceUsage
{
    private DeviceUsage() { }

    /// <summary>
    /// Nobody looked: looking itself disturbs a process that starts at that moment
    /// (docs/reference/driver-binding.md#give-back).
    /// </summary>
    public sealed record NotChecked : DeviceUsage;

    /// <summary>Nobody has it.</summary>
    public sealed record Free : DeviceUsage;

    /// <summary>Somebody has it.</summary>
    /// <param name="Message">Who, as far as can be told.</param>
    /// <param name="Resource">
    /// The only resource under which pods have it, as the kubelet tells: it gives the device to
    /// nobody else under that name. Null when there are several, or when a process has it that the
    /// kubelet knows nothing of.
    /// </param>
    public sealed record InUse(string Message, string? Resource = null) : DeviceUsage;

    /// <summary>It cannot be told, which counts as use.</summary>
    /// <param name="Message">Why, and what helps.</param>
    public sealed record Unknown(string Message) : DeviceUsage;
}
