using System.Collections.Concurrent;
using MultiEni.Api.EniAttachments;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Ec2.Inventory;
using MultiEni.Controller.Kubernetes;
using MultiEni.Controller.Planning;

namespace MultiEni.Controller.Attachments;

/// <summary>Gathers what the next step of an attachment depends on.</summary>
internal sealed class AttachmentObserver(
    ClusterView cluster,
    EniInventory inventory,
    InstanceStates instances,
    IndexReservations reservations,
    Func<string, InstanceTypeLimits?> limitsOf,
    PodAddressPlanner podAddresses,
    Func<EniAttachmentSpec, EniRow, bool> keepsEni,
    EniTimeLimits limits,
    TimeProvider time
)
{
    // A predecessor that still creates has not seen the deletion. When its connection is dead, it
    // loses its lease before this is over (docs/reliability.md).
    private static readonly TimeSpan MaximumWatchLag = TimeSpan.FromSeconds(30);

    // Only for how long a detachment has been under way; after a restart it counts anew, which
    // delays the force and nothing else.
    private readonly ConcurrentDictionary<string, DateTimeOffset> _detachSince = new();

    private readonly AgentSigns _signs = new();

    public async Task<EniObservation> ObserveAsync(EniAttachment attachment, bool withIndexes, CancellationToken cancellationToken)
    {
        var name = attachment.Metadata.Name;
        var spec = attachment.Spec!;
        var slot = Slot(attachment);
        var now = time.GetUtcNow();
        var adoptable = slot is SlotObservation.Absent ? await AdoptableAsync(attachment, withIndexes, cancellationToken) : null;
        if (slot is SlotObservation.Absent && spec.Adopt)
        {
            // What was read of the instance may have shown the slot's own.
            slot = Slot(attachment);
        }

        var kept = slot is SlotObservation.Present present ? EniDecision.Kept(attachment, present.Rows) : null;
        var keeps = kept is not null && attachment.Metadata.IsBeingDeleted && keepsEni(spec, kept);
        return new EniObservation(
            attachment,
            slot,
            slot is SlotObservation.Absent ? adoptable : null,
            withIndexes ? await IndexesAsync(name, spec, cancellationToken) : null,
            MaximumEnis(spec),
            await IsInstanceGoneAsync(spec, cancellationToken),
            DetachSince(name, slot, now),
            kept?.Attachment?.AttachTime,
            now,
            limits
        )
        {
            AgentHeard = _signs.LastHeard(attachment, now),
            Retained = slot is SlotObservation.Absent ? Claimed(attachment) : null,
            KeepsEni = keeps,
            GivenBack = keeps ? podAddresses.GivenBack(attachment, kept!) : [],
            PodAddresses = podAddresses.Plan(attachment, kept),
        };
    }

    public void Forget(string name)
    {
        _detachSince.TryRemove(name, out _);
        _signs.Forget(name);
        podAddresses.Forget(name);
    }

    /// <summary>A forced detachment has begun: how long it takes counts from now.</summary>
    public void RestartDetachClock(string name) => _detachSince[name] = time.GetUtcNow();

    private SlotObservation Slot(EniAttachment attachment)
    {
        if (!inventory.Swept)
        {
            return new SlotObservation.Unknown();
        }

        var name = attachment.Metadata.Name;
        var inSlot = inventory.FindBySlot(name);
        var rows = inSlot.Where(row => !IsOthers(name, row)).ToList();
        if (rows.Count > 0)
        {
            return new SlotObservation.Present(rows);
        }

        if (inSlot.Count > 0)
        {
            // Whoever claims it may not get on; that must not keep this one from going.
            return attachment.Metadata.IsBeingDeleted && inventory.IsSettled(name, attachment.Metadata.DeletionTimestamp + MaximumWatchLag)
                ? new SlotObservation.Absent()
                : new SlotObservation.AbsentForNow();
        }

        var absent =
            inventory.PresenceOfSlot(name) is Presence.Absent
            && (RepeatsTheFirstCreate(attachment) || inventory.IsSettled(name, attachment.Metadata.DeletionTimestamp + MaximumWatchLag))
            && (attachment.Metadata.IsBeingDeleted || attachment.Spec!.RetainedEni is not { } claimed || IsKnown(claimed));
        return absent ? new SlotObservation.Absent() : new SlotObservation.AbsentForNow();
    }

    /// <summary>
    /// Whether an ENI that was in a slot is about to be taken from there: its node went and came
    /// back after another one had claimed the ENI.
    /// </summary>
    private bool IsOthers(string name, EniRow row) =>
        Retention.IsUnattached(row)
        && cluster
            .ClaimantsOf(row.EniId)
            .Any(claimant =>
                claimant.Metadata.Name != name
                && !claimant.Metadata.IsBeingDeleted
                && claimant.Spec!.NodeEniRef.Name == row.Tags.GetValueOrDefault(EniTags.NodeEni)
                && inventory.FindBySlot(claimant.Metadata.Name).Count == 0
            );

    /// <summary>
    /// Whether it is certain that a claimed ENI is there or that it is not: its addresses are worth
    /// the wait.
    /// </summary>
    private bool IsKnown(string eniId)
    {
        if (inventory.PresenceOf(eniId) is not Presence.AbsentWithinGrace)
        {
            return true;
        }

        inventory.Watch(eniId);
        return false;
    }

    private EniRow? Claimed(EniAttachment attachment) =>
        attachment.Spec is { RetainedEni: { } claimed } spec
        && inventory.Find(claimed) is { } row
        && Retention.IsUnattached(row)
        && Retention.IsOf(spec.NodeEniRef.Name, row)
        && Retention.CanServe(row, spec)
            ? row
            : null;

    /// <summary>
    /// Whether a create call now would carry the token of any that a predecessor may have sent a
    /// moment ago, which makes it harmless that EC2 does not show the ENI of that one yet. With
    /// another specification or another attempt the token is another, and a second ENI would come
    /// of it; and so it would if a retained one is taken instead. The tags of an adoption have no
    /// token.
    /// </summary>
    private static bool RepeatsTheFirstCreate(EniAttachment attachment) =>
        !attachment.Metadata.IsBeingDeleted
        && attachment.Spec is { RetainedEni: null, Adopt: false }
        && attachment.Metadata.Generation is null or 1
        && attachment.Status?.Network?.EniId is null;

    private async Task<EniRow?> AdoptableAsync(EniAttachment attachment, bool withIndexes, CancellationToken cancellationToken)
    {
        var spec = attachment.Spec!;
        if (!spec.Adopt)
        {
            return inventory.FindUnclaimed(spec.InstanceId, spec.NodeEniRef.Name, spec.SubnetId);
        }

        if (!withIndexes || attachment.Metadata.IsBeingDeleted)
        {
            return null;
        }

        var launched = await inventory.LaunchedAsync(InstanceId.Parse(spec.InstanceId, null), cancellationToken);
        var reserved = reservations.ReservedByOthers(spec.InstanceId, spec.NetworkCardIndex, attachment.Metadata.Name);
        return LaunchedEnis.For(spec, launched.Where(row => !reserved.Contains(row.Attachment!.DeviceIndex)));
    }

    private async Task<IReadOnlySet<int>> IndexesAsync(string name, EniAttachmentSpec spec, CancellationToken cancellationToken)
    {
        var occupied = await inventory.OccupancyAsync(InstanceId.Parse(spec.InstanceId, null), cancellationToken);
        return reservations.InUse(spec.InstanceId, spec.NetworkCardIndex, occupied, name);
    }

    private int? MaximumEnis(EniAttachmentSpec spec)
    {
        var type = cluster.Node(spec.NodeName)?.Metadata.Label(NodeIdentity.InstanceTypeLabel);
        return type is null ? null : limitsOf(type)?.MaximumOn(spec.NetworkCardIndex, spec.EnaQueueCount is not null);
    }

    private async Task<bool> IsInstanceGoneAsync(EniAttachmentSpec spec, CancellationToken cancellationToken)
    {
        var node = cluster.Node(spec.NodeName);
        var stillThere = node is not null && NodeIdentity.Of(node) is NodeIdentity.Ec2 ec2 && ec2.InstanceId == spec.InstanceId;
        return !stillThere && await instances.IsGoneAsync(spec.InstanceId, cancellationToken);
    }

    private DateTimeOffset? DetachSince(string name, SlotObservation slot, DateTimeOffset now)
    {
        if (slot is SlotObservation.Present { Rows: var rows } && rows.Any(row => row.Attachment?.Status == EniStates.Detaching))
        {
            return _detachSince.GetOrAdd(name, now);
        }

        _detachSince.TryRemove(name, out _);
        return null;
    }
}
