using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Planning;
using MultiEni.Controller.PodAddresses;

namespace MultiEni.Controller.Attachments;

/// <summary>
/// Decides the next step for one attachment. Pure: every crash ends here again with what EC2 shows.
/// </summary>
internal static class EniDecision
{
    // Leaves room for the remedy within AttachmentReport.LongestCopy.
    private const int LongestQuote = 512;

    /// <summary>The next step.</summary>
    public static EniStep Next(EniObservation observation)
    {
        var deleting = observation.Attachment.Metadata.IsBeingDeleted;
        return observation.Slot switch
        {
            SlotObservation.AbsentForNow => deleting
                ? new EniStep.Wait(Reasons.Deleting, "EC2 shows no ENI for this slot; waiting for EC2 to confirm that")
                : new EniStep.Wait(
                    Reasons.Creating,
                    $"an ENI in {observation.Attachment.Spec!.SubnetId} may have been created; waiting for EC2 to confirm that"
                ),
            SlotObservation.Absent when observation is { Adoptable: { } row, Attachment.Spec.Adopt: false } => new EniStep.Adopt(row),
            SlotObservation.Absent when deleting => FinishDeletion(observation),
            SlotObservation.Absent => DecideCreation(observation),
            SlotObservation.Present { Rows: { Count: > 0 } rows } => deleting ? DecideDeletion(observation, rows) : DecideUpdate(observation, rows),
            _ => new EniStep.Sweep(),
        };
    }

    /// <summary>
    /// The one of a slot's ENIs that counts: attached to the slot's instance, else unattached, else
    /// attached elsewhere; of several the one that the status names, the oldest attempt, the lowest
    /// ID (docs/reference/ec2.md#one-eni-per-slot). Null when there is none.
    /// </summary>
    public static EniRow? Kept(EniAttachment attachment, IReadOnlyList<EniRow> rows)
    {
        var known = attachment.Status?.Network?.EniId;
        return rows.OrderBy(row => IsElsewhere(attachment.Spec!, row))
            .ThenBy(row => AttachmentOf(row) is null)
            .ThenBy(row => row.EniId != known)
            .ThenBy(row => SlotTags.AttemptOf(row.Tags))
            .ThenBy(row => row.EniId, StringComparer.Ordinal)
            .FirstOrDefault();
    }

    /// <summary>
    /// What an attached ENI lacks to be as specified, in the order in which it is repaired.
    /// </summary>
    public static IEnumerable<EniStep.Update> Drift(EniAttachmentSpec spec, EniRow row)
    {
        if (row.SourceDestCheck != spec.SourceDestCheck)
        {
            yield return new EniStep.SetSourceDestCheck(row, spec.SourceDestCheck);
        }

        if (!row.SecurityGroupIds.Order(StringComparer.Ordinal).SequenceEqual(spec.SecurityGroupIds.Order(StringComparer.Ordinal)))
        {
            yield return new EniStep.SetSecurityGroups(row);
        }

        if (spec.ConnectionTracking is { } timeouts && !ConnectionTimeouts.AreIn(row.ConnectionTracking, timeouts))
        {
            yield return new EniStep.SetConnectionTracking(row, ConnectionTimeouts.Over(row.ConnectionTracking, timeouts));
        }

        if (spec.EnaExpress is { } express && row.Attachment is { } at && (at.EnaExpress ?? new()) != express)
        {
            yield return new EniStep.SetEnaExpress(row, express);
        }

        if (AddressDrift.Find(spec, row) is var (kind, count))
        {
            yield return new EniStep.AssignAddresses(row, kind, count);
        }

        // After the counts, for without an IPv6 address there is none to fix.
        if (spec.EnablePrimaryIpv6 && row.PrimaryIpv6 is null && row.Ipv6Addresses.Count > 0)
        {
            yield return new EniStep.EnablePrimaryIpv6(row);
        }

        // On an ENI of the launch template, these belong to whoever launched it.
        if (!row.Adopted && row.Attachment is { } attached && attached.DeleteOnTermination != spec.DeleteOnTermination)
        {
            yield return new EniStep.SetDeleteOnTermination(row, spec.DeleteOnTermination);
        }

        if (!row.Adopted && row.Description != (spec.Description ?? ""))
        {
            yield return new EniStep.SetDescription(row);
        }

        // Without its mark the VPC CNI would take the ENI for its own
        // (docs/reference/ec2.md#vpc-cni); so that is repaired like the user's tags.
        var missing = (spec.Tags ?? [])
            .Where(tag => !SlotTags.IsReserved(tag.Key))
            .Append(new(EniTags.NoManage, "true"))
            .Where(tag => row.Tags.GetValueOrDefault(tag.Key) != tag.Value)
            .ToDictionary();
        if (missing.Count > 0)
        {
            yield return new EniStep.SetTags(row, missing);
        }

        // Last: somebody may have to free it first, and the rest need not wait for that.
        if (ElasticIpDrift(spec, row) is { } step)
        {
            yield return step;
        }
    }

    private static EniStep.Update? ElasticIpDrift(EniAttachmentSpec spec, EniRow row)
    {
        if (spec.ElasticIp is not { } wanted || row.ElasticIp?.AllocationId == wanted.AllocationId)
        {
            return null;
        }

        return row.ElasticIp is not null
            ? IsFormer(spec, row)
                ? new EniStep.DisassociateElasticIp(row)
                : null
            : new EniStep.AssociateElasticIp(row, wanted.AllocationId!);
    }

    private static EniStep DecideCreation(EniObservation observation)
    {
        if (observation.InstanceGone)
        {
            return new EniStep.Blocked(Reasons.InstanceGone, "the instance was terminated; the attachment goes together with its node");
        }

        if (observation.Attachment.Spec!.Adopt && observation.Indexes is null)
        {
            return new EniStep.ReadIndexes();
        }

        if (observation.Adoptable is { } launched)
        {
            return new EniStep.AdoptLaunched(launched);
        }

        // Asked before the create call, not after: an ENI that cannot be attached would only be
        // made to be deleted (docs/reference/ec2.md#instance-limits).
        var attempt = NextAttempt(observation.Attachment.Status?.Network);
        return WithIndex(
            observation,
            index => observation.Retained is { } retained ? new EniStep.Take(retained, attempt, index) : new EniStep.Create(attempt, index)
        );
    }

    // An ENI that once was there and is no more has used up its token: EC2 would answer with the
    // dead one's ID (docs/reference/ec2.md#one-eni-per-slot).
    private static int NextAttempt(NetworkStatus? status)
    {
        var spent = status?.Attempt ?? 0;
        return status?.EniId is null ? Math.Max(spent, 1) : spent + 1;
    }

    private static EniStep DecideUpdate(EniObservation observation, IReadOnlyList<EniRow> rows)
    {
        var kept = Kept(observation.Attachment, rows)!;
        if (Surplus(observation, rows, kept) is { } surplus)
        {
            return surplus.Adopted ? new EniStep.Release(surplus) : TakeAway(observation, surplus);
        }

        var step = DecideUpdate(observation, kept);
        return step is EniStep.InSync && rows.FirstOrDefault(row => row != kept) is { } moved ? InUseElsewhere(observation, moved) : step;
    }

    private static EniStep DecideUpdate(EniObservation observation, EniRow row)
    {
        var spec = observation.Attachment.Spec!;
        if (IsElsewhere(spec, row) && !row.Adopted)
        {
            return InUseElsewhere(observation, row);
        }

        if (observation.InstanceGone)
        {
            return new EniStep.Blocked(Reasons.InstanceGone, "the instance was terminated; the attachment goes together with its node");
        }

        switch (AttachmentOf(row))
        {
            case var place when row.Adopted && (place is null || IsElsewhere(spec, row)):
                return DetachedBySomebody(observation, row);
            // A pending ENI may be attached: EC2 answers NotFound when it is too early, and most
            // often it is not.
            case null when row.Status is not (EniStates.Available or EniStates.Pending):
                return new EniStep.Wait(
                    Reasons.Attaching,
                    $"{row.EniId} is {row.Status} in EC2 and cannot be attached before it is {EniStates.Available}"
                );
            // Retained under a specification that has changed since, and nobody else's.
            case null when row.Status == EniStates.Available && !Retention.CanServe(row, spec):
                return new EniStep.Delete(row);
            case null when row.SourceDestCheck != spec.SourceDestCheck:
                return new EniStep.SetSourceDestCheck(row, spec.SourceDestCheck);
            case null:
                return WithIndex(observation, index => new EniStep.Attach(row, index));
            case { Status: EniStates.Attaching }
                when !row.Adopted && observation.AttachSince is { } since && observation.Now - since > observation.Limits.StuckAttaching:
                return new EniStep.Detach(row, Force: false);
            case { Status: EniStates.Attached }:
                // What the specification counts comes first: pods are given those addresses too.
                var pods = observation.AreRepairsHeld || AddressDrift.Find(spec, row) is null ? observation.PodAddresses : null;
                return pods?.Change is { } change
                    ? new EniStep.ChangePodAddresses(row, change)
                    : Drift(spec, row).FirstOrDefault()
                        ?? OtherQueues(observation, row)
                        ?? OtherElasticIp(spec, row)
                        ?? (EniStep)new EniStep.InSync(pods?.LookAgain);
            case { Status: EniStates.Detaching }:
                return new EniStep.Wait(Reasons.Detaching, $"detaching {row.EniId}");
            default:
                return new EniStep.Wait(Reasons.Attaching, $"attaching {row.EniId} to {spec.InstanceId}");
        }
    }

    // EC2 changes the number only while the instance is stopped (docs/reference/ec2.md#ena-queues).
    private static EniStep.Blocked? OtherQueues(EniObservation observation, EniRow row) =>
        observation.Attachment.Spec!.EnaQueueCount is { } wanted && row.Attachment!.EnaQueueCount is { } actual && actual != wanted
            ? new EniStep.Blocked(
                Reasons.AttachmentDiffers,
                $"{row.EniId} is attached with {actual} ENA queues instead of {wanted}, which EC2 cannot change on a running instance; "
                    + $"delete ENIAttachment {observation.Attachment.Metadata.Name}, and the ENI is replaced"
            )
            : null;

    private static EniStep.Blocked? OtherElasticIp(EniAttachmentSpec spec, EniRow row) =>
        spec.ElasticIp?.AllocationId is { } wanted && row.ElasticIp is { } present && present.AllocationId != wanted
            ? new EniStep.Blocked(
                Reasons.ElasticIpInUse,
                $"{row.EniId} has the Elastic IP {present.AllocationId}, which somebody else associated, so that it cannot have {wanted}; disassociate it"
            )
            : null;

    private static EniStep DecideDeletion(EniObservation observation, IReadOnlyList<EniRow> rows)
    {
        var kept = Kept(observation.Attachment, rows)!;
        if (Surplus(observation, rows, kept) is { } surplus)
        {
            return surplus.Adopted ? new EniStep.Release(surplus) : TakeAway(observation, surplus);
        }

        if (observation.InstanceGone && observation.Attachment.Metadata.HasFinalizer(Names.DeviceFinalizer))
        {
            return new EniStep.DropDeviceFinalizer(Reasons.InstanceGone, "the instance was terminated: there is no device to give back");
        }

        if (kept.Adopted)
        {
            // Wherever it is by now: its device is given back, and the Elastic IP, which is not its
            // launch template's. Nothing else is undone.
            var spec = observation.Attachment.Spec!;
            var isOurs = kept.ElasticIp is { } ip && (ip.AllocationId == spec.ElasticIp?.AllocationId || IsFormer(spec, kept));
            return Release(observation) ?? (isOurs ? new EniStep.DisassociateElasticIp(kept) : ReleaseAdopted(observation, kept));
        }

        if (IsElsewhere(observation.Attachment.Spec!, kept))
        {
            return InUseElsewhere(observation, kept);
        }

        // What EC2 is about to finish is waited for; whatever we begin has to wait for the agent.
        var step = TakeAway(observation, kept) switch
        {
            EniStep.Delete when observation is { KeepsEni: true, GivenBack: { Count: > 0 } left } => new EniStep.ChangePodAddresses(
                kept,
                new PodAddressChange.Unassign(left)
            ),
            // Nothing but the attachment tells that it is one of ours.
            EniStep.Delete when observation.KeepsEni && IsFormer(observation.Attachment.Spec!, kept) => new EniStep.DisassociateElasticIp(kept),
            EniStep.Delete when observation.KeepsEni => new EniStep.Retain(kept),
            var other => other,
        };
        return step is EniStep.Wait ? step : Release(observation) ?? step;
    }

    private static bool IsFormer(EniAttachmentSpec spec, EniRow row) =>
        row.ElasticIp is { } ip && spec.ElasticIp?.FormerAllocationIds?.Contains(ip.AllocationId) == true;

    /// <summary>
    /// The next step to let an ENI go that was attached at launch: it stays attached.
    /// </summary>
    private static EniStep ReleaseAdopted(EniObservation observation, EniRow row) =>
        observation.InstanceGone && AttachmentOf(row) is { DeleteOnTermination: true } && !IsElsewhere(observation.Attachment.Spec!, row)
            ? new EniStep.Wait(
                Reasons.Deleting,
                $"{observation.Attachment.Spec!.InstanceId} was terminated and EC2 deletes {row.EniId}, which was attached at launch, with it"
            )
            : new EniStep.Release(row);

    // Attaching it again would be against whoever detached it, and EC2 would no longer delete it
    // together with the instance, nor may this controller.
    private static EniStep.Blocked DetachedBySomebody(EniObservation observation, EniRow row) =>
        new(
            Reasons.AdoptedEniDetached,
            $"{row.EniId} was attached to {observation.Attachment.Spec!.InstanceId} at launch and somebody detached it; attach it there again, "
                + $"or delete ENIAttachment {observation.Attachment.Metadata.Name}, and another ENI is adopted or created"
        );

    /// <summary>The next step to make an ENI go that is not attached elsewhere.</summary>
    private static EniStep TakeAway(EniObservation observation, EniRow row)
    {
        switch (AttachmentOf(row))
        {
            case null when row.Status == EniStates.Available:
                return new EniStep.Delete(row);
            case null:
                return new EniStep.Wait(
                    Reasons.Deleting,
                    $"{row.EniId} is {row.Status} in EC2 and is {(observation.KeepsEni && row == observation.Row ? "left" : "deleted")} when it is {EniStates.Available}"
                );
            case var _ when observation.InstanceGone:
                // EC2 takes the attachment of a terminated instance away by itself; detaching first
                // would lose delete-on-termination (docs/reference/ec2.md#attachments).
                return new EniStep.Wait(
                    Reasons.Deleting,
                    $"{observation.Attachment.Spec!.InstanceId} was terminated and EC2 is taking {row.EniId} from it"
                );
            case { Status: EniStates.Detaching }:
                return observation.DetachSince is { } since && observation.Now - since > observation.Limits.ForceDetachAfter
                    ? new EniStep.Detach(row, Force: true)
                    : new EniStep.Wait(Reasons.Detaching, $"detaching {row.EniId}");
            default:
                return new EniStep.Detach(row, Force: false);
        }
    }

    // One that somebody attached elsewhere is in use there: it is reported, and never touched, but
    // for the tags of one that was only adopted.
    private static EniRow? Surplus(EniObservation observation, IReadOnlyList<EniRow> rows, EniRow kept) =>
        rows.FirstOrDefault(row =>
            row != kept && (!IsElsewhere(observation.Attachment.Spec!, row) || (row.Adopted && !IsElsewhere(observation.Attachment.Spec!, kept)))
        );

    private static bool IsElsewhere(EniAttachmentSpec spec, EniRow row) =>
        AttachmentOf(row) is { } attachment && attachment.InstanceId != spec.InstanceId;

    private static EniAttachmentRow? AttachmentOf(EniRow row) => row.Attachment is { Status: not EniStates.Detached } attachment ? attachment : null;

    private static EniStep.Blocked InUseElsewhere(EniObservation observation, EniRow row)
    {
        var holder = row.Attachment!.InstanceId ?? "a service of AWS";
        return new EniStep.Blocked(
            Reasons.EniInUseElsewhere,
            observation.Attachment.Metadata.IsBeingDeleted
                ? $"{row.EniId} is attached to {holder} by somebody else and is not detached from there; detach it and it is {(observation.KeepsEni ? "retained" : "deleted")}"
                : $"{row.EniId} is attached to {holder}, not to {observation.Attachment.Spec!.InstanceId}; detach it there and it is used here, or deleted if another ENI has replaced it"
        );
    }

    private static EniStep FinishDeletion(EniObservation observation)
    {
        if (!observation.Attachment.Metadata.HasFinalizer(Names.DeviceFinalizer))
        {
            return new EniStep.Finish();
        }

        return observation.InstanceGone
            ? new EniStep.DropDeviceFinalizer(Reasons.InstanceGone, "the instance was terminated: there is no device to give back")
            : Release(observation) ?? new EniStep.Finish();
    }

    /// <summary>
    /// Null when the agent has nothing to give back. Only an agent that is dead is not waited for:
    /// one that gives no sign of life. An answer is not one, since it stands there as well when its
    /// writer is gone; nor is it waited for one that a pod has the device, whoever said it last.
    /// </summary>
    private static EniStep? Release(EniObservation observation)
    {
        var metadata = observation.Attachment.Metadata;
        if (!metadata.HasFinalizer(Names.DeviceFinalizer))
        {
            return null;
        }

        var node = observation.Attachment.Spec!.NodeName;
        var answer = observation.Attachment.Status?.Conditions.Find(ConditionTypes.Released) is { Reason: not Reasons.Releasing } said ? said : null;
        var beats = observation.Attachment.Status?.Device?.ReleaseHeartbeatTime is not null;
        var least = beats ? ReleaseHeartbeat.Patience : ReleaseHeartbeat.FirstPatience;
        var patience = observation.Limits.Release < least ? least : observation.Limits.Release;
        var deadline = (observation.AgentHeard ?? metadata.DeletionTimestamp!.Value) + patience;
        if (observation.Now < deadline)
        {
            return answer is null
                ? new EniStep.WaitForRelease(Reasons.WaitingForRelease, $"waiting for the ENI manager on {node} to give the device back", deadline)
                : new EniStep.WaitForRelease(answer.Reason, answer.Message, deadline);
        }

        if (answer is not null && !beats)
        {
            // An agent of a release without heartbeats: its answer is all the life that it can
            // show.
            return new EniStep.WaitForRelease(answer.Reason, answer.Message, Deadline: null);
        }

        if (answer is not null && ReleaseAnswer.MayBeInUse(answer.Reason))
        {
            return new EniStep.WaitForRelease(
                answer.Reason,
                $"{Conditions.Cut(answer.Message, LongestQuote)} This was the last report of the ENI manager on {node}, {observation.AgentHeard:u}; "
                    + "an ENI is not detached while a pod may use it. Check that the eni-manager pod runs on the node. If it cannot run there any more, terminate the node, "
                    + $"or let a user of admissionPolicy.exemptUsers remove the finalizer {Names.DeviceFinalizer}",
                Deadline: null
            );
        }

        return new EniStep.DropDeviceFinalizer(
            Reasons.ReleaseTimeout,
            $"the ENI manager on {node} has not responded for {patience.TotalSeconds:0} s; "
                + "the ENI is detached without it. Check that the eni-manager pod runs on the node"
        );
    }

    /// <summary>
    /// The step with the device index that the ENI gets, or the one that is due before an index can
    /// be chosen.
    /// </summary>
    private static EniStep WithIndex(EniObservation observation, Func<int, EniStep> step)
    {
        if (observation.Indexes is not { } used)
        {
            return new EniStep.ReadIndexes();
        }

        var spec = observation.Attachment.Spec!;
        return DeviceIndexAllocator.Allocate(spec.NetworkCardIndex, spec.DeviceIndex, used, observation.MaximumEnis) is { } index
            ? step(index)
            : new EniStep.Blocked(
                Reasons.InstanceLimit,
                $"instance {spec.InstanceId} has {used.Count} of {observation.MaximumEnis} ENIs on network card {spec.NetworkCardIndex}, those of the VPC CNI included; "
                    + "reserve room with MAX_ENI on aws-node, or use a larger instance type. It is tried again when one becomes free"
            );
    }
}
