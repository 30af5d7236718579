using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Controller.Ec2;

namespace MultiEni.Controller.Attachments;

/// <summary>Decides the next step for one attachment. Pure: every crash ends here again with what EC2 shows.</summary>
public static class EniDecision
{
    /// <summary>The next step.</summary>
    public static EniStep Next(EniSituation situation)
    {
        ArgumentNullException.ThrowIfNull(situation);
        return situation.Slot switch
        {
            SlotObservation.Unknown => new EniStep.Sweep(),
            SlotObservation.AbsentForNow => new EniStep.Wait(),
            SlotObservation.Absent when situation.Adoptable is { } row => new EniStep.Adopt(row),
            SlotObservation.Absent when situation.Attachment.Metadata.IsBeingDeleted => Farewell(situation),
            SlotObservation.Absent => Creation(situation),
            SlotObservation.Present { Rows: { Count: > 1 } rows } => Duplicate(situation, rows),
            SlotObservation.Present { Rows: [var row] } when situation.Attachment.Metadata.IsBeingDeleted => GoingAway(situation, row),
            SlotObservation.Present { Rows: [var row] } => Staying(situation, row),
            _ => new EniStep.Sweep(),
        };
    }

    private static EniStep Creation(EniSituation situation)
    {
        if (situation.InstanceGone)
        {
            return new EniStep.Blocked(Reasons.InstanceGone, "the instance was terminated; the attachment goes together with its node");
        }

        // Asked before the create call, not after: an ENI that cannot be attached would only be made to be deleted [ec2 0.10].
        switch (ChooseIndex(situation))
        {
            case null:
                return new EniStep.ReadIndexes();
            case { Blocked: { } blocked }:
                return blocked;
        }

        var status = situation.Attachment.Status?.Network;
        var spent = status?.Attempt ?? 0;

        // An ENI that once was there and is no more has used up its token: EC2 would answer with the dead one's ID [ec2 K.6].
        return new EniStep.Create(status?.EniId is null ? Math.Max(spent, 1) : spent + 1);
    }

    private static EniStep Staying(EniSituation situation, EniRow row)
    {
        var spec = situation.Attachment.Spec!;
        switch (row.Attachment)
        {
            // A pending ENI may be attached: EC2 answers NotFound when it is too early, and most often it is not.
            case null when row.Status is not (EniStates.Available or EniStates.Pending):
                return new EniStep.Wait();
            case null when situation.InstanceGone:
                return new EniStep.Blocked(Reasons.InstanceGone, "the instance was terminated; the attachment goes together with its node");
            case null when row.SourceDestCheck != spec.SourceDestCheck:
                return new EniStep.SetSourceDestCheck(row, spec.SourceDestCheck);
            case null:
                return ChooseIndex(situation) switch
                {
                    null => new EniStep.ReadIndexes(),
                    { Blocked: { } blocked } => blocked,
                    var choice => new EniStep.Attach(row, choice.Value.Index),
                };
            case var elsewhere when elsewhere.InstanceId is not null && elsewhere.InstanceId != spec.InstanceId:
                return new EniStep.Blocked(
                    Reasons.EniInUseElsewhere,
                    $"{row.EniId} is attached to {elsewhere.InstanceId}, not to {spec.InstanceId}; detach it there and it is used here"
                );
            case { Status: EniStates.Attaching } when situation.AttachSince is { } since && situation.Now - since > situation.Limits.StuckAttaching:
                return new EniStep.Detach(row, Force: false);
            case { Status: EniStates.Attached } attached:
                return Repair(spec, row, attached);
            default:
                return new EniStep.Wait();
        }
    }

    private static EniStep Repair(EniAttachmentSpec spec, EniRow row, EniAttachmentRow attached)
    {
        if (row.SourceDestCheck != spec.SourceDestCheck)
        {
            return new EniStep.SetSourceDestCheck(row, spec.SourceDestCheck);
        }

        if (!row.SecurityGroupIds.Order(StringComparer.Ordinal).SequenceEqual(spec.SecurityGroupIds.Order(StringComparer.Ordinal)))
        {
            return new EniStep.SetSecurityGroups(row);
        }

        if (AddressDrift.Find(spec, row) is var (kind, count))
        {
            return new EniStep.AssignAddresses(row, kind, count);
        }

        if (attached.DeleteOnTermination != spec.DeleteOnTermination)
        {
            return new EniStep.SetDeleteOnTermination(row, spec.DeleteOnTermination);
        }

        if (row.Description != (spec.Description ?? ""))
        {
            return new EniStep.SetDescription(row);
        }

        // Without its mark the VPC CNI would take the ENI for its own [ec2 0.2]; so that is repaired like the user's tags.
        var missing = (spec.Tags ?? [])
            .Where(tag => !SlotTags.IsReserved(tag.Key))
            .Append(new(EniTags.NoManage, "true"))
            .Where(tag => row.Tags.GetValueOrDefault(tag.Key) != tag.Value)
            .ToDictionary();
        return missing.Count > 0 ? new EniStep.SetTags(row, missing) : new EniStep.InSync();
    }

    private static EniStep GoingAway(EniSituation situation, EniRow row)
    {
        if (situation.InstanceGone)
        {
            // EC2 takes the attachment of a terminated instance away by itself; detaching first would lose delete-on-termination [ec2 K.9].
            if (situation.Attachment.Metadata.HasFinalizer(Names.DeviceFinalizer))
            {
                return new EniStep.DropDeviceFinalizer(Reasons.InstanceGone, "the instance was terminated: there is no device to give back");
            }

            return row.Attachment is null && row.Status == EniStates.Available ? new EniStep.Delete(row) : new EniStep.Wait();
        }

        switch (row.Attachment)
        {
            case null when row.Status == EniStates.Available && situation.Attachment.Metadata.HasFinalizer(Names.DeviceFinalizer):
                return Release(situation) ?? new EniStep.Delete(row);
            case null when row.Status == EniStates.Available:
                return new EniStep.Delete(row);
            case null:
                return new EniStep.Wait();
            case var elsewhere when elsewhere.InstanceId is not null && elsewhere.InstanceId != situation.Attachment.Spec!.InstanceId:
                return new EniStep.Blocked(
                    Reasons.EniInUseElsewhere,
                    $"{row.EniId} is attached to {elsewhere.InstanceId} by somebody else and is not detached from there; detach it and it is deleted"
                );
            case { Status: EniStates.Detaching }:
                return situation.DetachSince is { } since && situation.Now - since > situation.Limits.ForceDetachAfter
                    ? new EniStep.Detach(row, Force: true)
                    : new EniStep.Wait();
            default:
                return Release(situation) ?? new EniStep.Detach(row, Force: false);
        }
    }

    private static EniStep Farewell(EniSituation situation)
    {
        if (!situation.Attachment.Metadata.HasFinalizer(Names.DeviceFinalizer))
        {
            return new EniStep.Finish();
        }

        return situation.InstanceGone
            ? new EniStep.DropDeviceFinalizer(Reasons.InstanceGone, "the instance was terminated: there is no device to give back")
            : Release(situation) ?? new EniStep.Finish();
    }

    /// <summary>
    /// Null when the agent has nothing to give back. Only an agent that is dead is not waited for: one that gives no sign of life. An answer is not
    /// one, since it stands there as well when its writer is gone; nor is it waited for one that a pod has the device, whoever said it last.
    /// </summary>
    private static EniStep? Release(EniSituation situation)
    {
        var metadata = situation.Attachment.Metadata;
        if (!metadata.HasFinalizer(Names.DeviceFinalizer))
        {
            return null;
        }

        var node = situation.Attachment.Spec!.NodeName;
        var answer = situation.Attachment.Status?.Conditions.Find(ConditionTypes.Released) is { Reason: not Reasons.Releasing } said ? said : null;
        var beats = situation.Attachment.Status?.Device?.ReleaseHeartbeatTime is not null;
        var patience = beats && situation.Limits.Release < ReleaseHeartbeat.Patience ? ReleaseHeartbeat.Patience : situation.Limits.Release;
        var deadline = (situation.AgentHeard ?? metadata.DeletionTimestamp!.Value) + patience;
        if (situation.Now < deadline)
        {
            return answer is null
                ? new EniStep.WaitForRelease(Reasons.WaitingForRelease, $"waiting for the ENI manager on {node} to give the device back", deadline)
                : new EniStep.WaitForRelease(answer.Reason, answer.Message, deadline);
        }

        if (answer is not null && !beats)
        {
            // An agent of a release without heartbeats: its answer is all the life that it can show.
            return new EniStep.WaitForRelease(answer.Reason, answer.Message, Deadline: null);
        }

        if (answer is not null && MayBeInUse(answer.Reason))
        {
            return new EniStep.WaitForRelease(
                answer.Reason,
                $"{answer.Message} That was the last word of the ENI manager on {node}, {situation.AgentHeard:u}; the ENI is not taken from a pod. "
                    + "See that the eni-manager pod runs on the node",
                Deadline: null
            );
        }

        return new EniStep.DropDeviceFinalizer(
            Reasons.ReleaseTimeout,
            $"the ENI manager on {node} gave no sign of life for {patience.TotalSeconds:0} s; "
                + "the ENI is detached without it. Check that the eni-manager pod runs on the node"
        );
    }

    private static bool MayBeInUse(string reason) =>
        reason is Reasons.DeviceInUse or Reasons.DeviceUsageUnknown or Reasons.RemovalBlocked or Reasons.UnbindTimeout;

    // Attached beats unattached, then the one the node was told of, the oldest attempt, the lowest ID [ec2 K.3].
    private static EniStep Duplicate(EniSituation situation, IReadOnlyList<EniRow> rows)
    {
        var told = situation.Attachment.Status?.Network?.EniId;
        var keep = rows.OrderBy(row => row.Attachment is null)
            .ThenBy(row => row.EniId != told)
            .ThenBy(row => SlotTags.AttemptOf(row.Tags))
            .ThenBy(row => row.EniId, StringComparer.Ordinal)
            .First();
        var surplus = rows.First(row => row != keep);
        return surplus switch
        {
            { Attachment: null, Status: EniStates.Available } => new EniStep.Delete(surplus),
            { Attachment.Status: EniStates.Attached } => new EniStep.Detach(surplus, Force: false),
            _ => new EniStep.Wait(),
        };
    }

    private static IndexChoice? ChooseIndex(EniSituation situation)
    {
        if (situation.Indexes is not { } used)
        {
            return null;
        }

        var spec = situation.Attachment.Spec!;
        if (situation.MaximumEnis is { } maximum && used.Count >= maximum)
        {
            return new IndexChoice(
                0,
                new EniStep.Blocked(
                    Reasons.InstanceLimit,
                    $"instance {spec.InstanceId} has {used.Count} of {maximum} ENIs on network card {spec.NetworkCardIndex}, those of the VPC CNI included; "
                        + "reserve room with MAX_ENI on aws-node, or use a larger instance type. It is tried again when one becomes free"
                )
            );
        }

        return new IndexChoice(DeviceIndexes.NextFree(spec.DeviceIndex, used), null);
    }

    private readonly record struct IndexChoice(int Index, EniStep.Blocked? Blocked);
}
