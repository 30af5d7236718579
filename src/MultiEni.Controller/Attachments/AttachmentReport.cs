using System.Text.Json;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.Kubernetes;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Networks;
using MultiEni.Controller.Planning;
using MultiEni.Controller.PodAddresses;

namespace MultiEni.Controller.Attachments;

/// <summary>
/// Says in an attachment's status what is the case. Pure; writes only what the controller owns.
/// </summary>
internal static class AttachmentReport
{
    /// <summary>
    /// Length of the longest message of an agent that is copied, in characters: the status of a
    /// NodeENI has room for one such message of each of the 500 ENIs that it lists.
    /// </summary>
    internal const int LongestCopy = 1024;

    private static readonly string[] OurConditions = [ConditionTypes.Attached, ConditionTypes.Ready, ConditionTypes.PodAddresses];

    /// <summary>The status patch to apply, or null when the status says it all already.</summary>
    /// <param name="attachment">The attachment as it is.</param>
    /// <param name="row">Its ENI in EC2, if there is one.</param>
    /// <param name="subnet">Ranges of the subnet, if known.</param>
    /// <param name="pods">What is due about addresses for pods; null when none are wanted.</param>
    /// <param name="attempt">The create attempt to remember.</param>
    /// <param name="blocker">
    /// Why it does not go on, which overrides what the row alone would say.
    /// </param>
    /// <param name="now">The time.</param>
    public static EniAttachment? Patch(
        EniAttachment attachment,
        EniRow? row,
        SubnetRanges? subnet,
        PodAddressPlan? pods,
        int? attempt,
        ConditionClaim? blocker,
        DateTimeOffset now
    )
    {
        var before = attachment.Status;
        var network = Network(attachment, row, subnet, pods, attempt, blocker);
        var attached = Attached(attachment, row, blocker);
        var ready = Ready(attachment, row, attached, blocker);
        var generation = attachment.Metadata.Generation;
        var status = new EniAttachmentStatus
        {
            Network = network,
            Conditions =
            [
                Conditions.Next(
                    before?.Conditions,
                    ConditionTypes.Attached,
                    Word(attached.Holds),
                    attached.Reason,
                    attached.Message,
                    generation,
                    now
                ),
                Conditions.Next(before?.Conditions, ConditionTypes.Ready, Word(ready.Holds), ready.Reason, ready.Message, generation, now),
            ],
        };
        if (pods is { HasCondition: true, Claim: var claim } && row is not null && !attachment.Metadata.IsBeingDeleted)
        {
            status.Conditions.Add(
                Conditions.Next(before?.Conditions, ConditionTypes.PodAddresses, Word(claim.Holds), claim.Reason, claim.Message, generation, now)
            );
        }

        return Says(before, status)
            ? null
            : new EniAttachment
            {
                ApiVersion = Names.ApiVersion,
                Kind = Names.EniAttachmentKind,
                Metadata = new() { Name = attachment.Metadata.Name, Uid = attachment.Metadata.Uid },
                Status = status,
            };
    }

    private static NetworkStatus Network(
        EniAttachment attachment,
        EniRow? row,
        SubnetRanges? subnet,
        PodAddressPlan? pods,
        int? attempt,
        ConditionClaim? blocker
    )
    {
        var before = attachment.Status?.Network;
        var deleting = attachment.Metadata.IsBeingDeleted;
        if (row is null)
        {
            // The ID stays on record: that it was there is what makes the next create call a new
            // attempt.
            return new NetworkStatus
            {
                State = deleting ? EniState.Deleted : EniState.Pending,
                EniId = before?.EniId,
                Attempt = attempt ?? before?.Attempt,
                Withdrawal = Numbered(before),
                SubnetCidr = subnet?.Ipv4 ?? before?.SubnetCidr,
                SubnetIpv6Cidr = subnet?.Ipv6 ?? before?.SubnetIpv6Cidr,
            };
        }

        return new NetworkStatus
        {
            State = row.Attachment?.Status switch
            {
                null or EniStates.Detached => deleting ? EniState.Deleting : EniState.Available,
                EniStates.Attaching => EniState.Attaching,
                EniStates.Detaching => EniState.Detaching,
                _ when deleting && blocker is not null => EniState.Releasing,
                _ => EniState.Attached,
            },
            EniId = row.EniId,
            Adopted = row.Adopted ? true : null,
            AttachmentId = row.Attachment?.AttachmentId,
            MacAddress = row.MacAddress,
            PrivateIps = Shown(row.PrivateIps, pods),
            PublicIp = row.ElasticIp is { PublicIp.Length: > 0 } elastic ? elastic.PublicIp : null,
            Ipv6Addresses = Shown(row.Ipv6Addresses, pods),
            Prefixes = Shown(row.Prefixes, pods),
            AssignedForPods = pods is null ? StillThere(before, row) : OrNull(pods.Assigned),
            RefusedAddresses = OrNull(pods?.Refused),
            Withdrawal = pods is null ? Numbered(before) : pods.Withdrawal,
            SubnetCidr = subnet?.Ipv4 ?? before?.SubnetCidr,
            SubnetIpv6Cidr = subnet?.Ipv6 ?? before?.SubnetIpv6Cidr,
            AvailabilityZone = row.AvailabilityZone,
            DeviceIndex = row.Attachment?.DeviceIndex,
            NetworkCardIndex = row.Attachment?.NetworkCardIndex,
            Attempt = Math.Max(SlotTags.AttemptOf(row.Tags), attempt ?? before?.Attempt ?? 0),
        };
    }

    private static List<string>? Shown(IReadOnlyList<string> addresses, PodAddressPlan? pods) =>
        OrNull(pods is { Withdrawn.Count: > 0 } ? [.. addresses.Where(address => !pods.Withdrawn.Contains(address))] : addresses);

    // Nothing is assigned or taken back at present; what was assigned is still ours.
    private static List<string>? StillThere(NetworkStatus? before, EniRow row) =>
        before?.EniId == row.EniId ? OrNull([.. (before.AssignedForPods ?? []).Where(AddressSets.All(row).Contains)]) : null;

    // An answer of the agent to an earlier withdrawal must never be one to a later.
    private static AddressWithdrawal? Numbered(NetworkStatus? before) =>
        before?.Withdrawal is { } withdrawal ? new AddressWithdrawal { Number = withdrawal.Number } : null;

    private static List<T>? OrNull<T>(IReadOnlyList<T>? items) => items is { Count: > 0 } ? [.. items] : null;

    private static ConditionClaim Attached(EniAttachment attachment, EniRow? row, ConditionClaim? blocker)
    {
        var here = row?.Attachment is { Status: EniStates.Attached } at && at.InstanceId == attachment.Spec!.InstanceId;
        if (blocker is not null && !(here && blocker.Holds))
        {
            return blocker with { Holds = here };
        }

        return row switch
        {
            null when attachment.Metadata.IsBeingDeleted => new(false, Reasons.Deleting, "nothing is left in EC2"),
            null => new(false, Reasons.Creating, $"creating an ENI in {attachment.Spec!.SubnetId}"),
            { Attachment: null } when attachment.Metadata.IsBeingDeleted => new(false, Reasons.Deleting, $"deleting {row.EniId}"),
            { Attachment: null } => new(false, Reasons.Attaching, $"{row.EniId} is about to be attached to {attachment.Spec!.InstanceId}"),
            { Attachment.Status: EniStates.Detaching } => new(false, Reasons.Detaching, $"detaching {row.EniId}"),
            { Attachment: { Status: EniStates.Attached } done } => new(
                here,
                Reasons.Attached,
                row.Adopted ? $"{row.EniId} is attached at device index {done.DeviceIndex} since launch, and was adopted"
                    : done.DeviceIndex == attachment.Spec!.DeviceIndex ? $"{row.EniId} is attached at device index {done.DeviceIndex}"
                    : $"{row.EniId} is attached at device index {done.DeviceIndex}, because {attachment.Spec.DeviceIndex} was taken"
            ),
            _ => new(false, Reasons.Attaching, $"attaching {row.EniId} to {attachment.Spec!.InstanceId}"),
        };
    }

    /// <summary>
    /// The first difference between the ENI and its specification that keeps it from being ready.
    /// Delete-on-termination is not one right after an ENI was attached by its first specification:
    /// EC2 switches it off with every attachment, no pod waits for it, and it is the last call of
    /// all that are made.
    /// </summary>
    public static EniStep.Update? Difference(EniAttachment attachment, EniRow row)
    {
        var first = attachment.Metadata.Generation is null or 1;
        return EniDecision
            .Drift(attachment.Spec!, row)
            .FirstOrDefault(update => !(first && update is EniStep.SetDeleteOnTermination { Enabled: true }));
    }

    private static ConditionClaim Ready(EniAttachment attachment, EniRow? row, ConditionClaim attached, ConditionClaim? blocker)
    {
        if (attachment.Metadata.IsBeingDeleted)
        {
            return blocker is null ? new(false, Reasons.Deleting, attached.Message) : Copy(blocker);
        }

        if (!attached.Holds)
        {
            return attached;
        }

        if (blocker is not null)
        {
            return Copy(blocker);
        }

        if (row is not null && Difference(attachment, row) is { } update)
        {
            return new(false, Reasons.Progressing, $"changing the {update.Attribute} of {row.EniId}");
        }

        foreach (var type in Required(attachment.Spec!.Device.Use))
        {
            // A node whose administrator wants nothing offered has done all that it will do. What
            // the agent said of an older specification, or of the device of an earlier attachment,
            // is no answer to this one.
            var condition = AgentAnswer.To(attachment, type, row?.Attachment?.AttachmentId);
            if (condition?.Status != ConditionStatus.True && condition?.Reason != Reasons.NotRequested)
            {
                return condition is null
                    ? new(false, Reasons.WaitingForDevice, $"waiting for the ENI manager on {attachment.Spec.NodeName}")
                    : new(false, condition.Reason, Conditions.Cut(condition.Message, LongestCopy));
            }
        }

        return new(true, Reasons.Ready, "the ENI is as specified");
    }

    // The whole text is in Attached.
    private static ConditionClaim Copy(ConditionClaim blocker) =>
        blocker with
        {
            Holds = false,
            Message = Conditions.Cut(blocker.Message, LongestCopy),
        };

    private static string[] Required(string use) =>
        use switch
        {
            DeviceUses.Bound => [ConditionTypes.Configured, ConditionTypes.Bound, ConditionTypes.Advertised],
            DeviceUses.Advertised => [ConditionTypes.Configured, ConditionTypes.Advertised],
            _ => [ConditionTypes.Configured],
        };

    private static string Word(bool holds) => holds ? ConditionStatus.True : ConditionStatus.False;

    private static bool Says(EniAttachmentStatus? before, EniAttachmentStatus after)
    {
        if (before is null)
        {
            return false;
        }

        var ours = new EniAttachmentStatus
        {
            Network = before.Network,
            Conditions = [.. OurConditions.Select(before.Conditions.Find).OfType<Condition>()],
        };
        return Json(ours) == Json(after);
    }

    private static string Json(EniAttachmentStatus status) => JsonSerializer.Serialize(status, ApiJson.Default.EniAttachmentStatus);
}
